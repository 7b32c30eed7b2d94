// What every target needs: the bytes as text, choices made from bytes, and laws.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secrets.hpp"

namespace fuzz {

/// Reads an input from its front. At its end every byte is 0 and every line empty.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : text_(reinterpret_cast<const char*>(data), size) {}

  bool done() const { return text_.empty(); }
  std::size_t below(std::size_t limit) {
    if (done()) return 0;
    const auto byte = static_cast<unsigned char>(text_.front());
    text_.remove_prefix(1);
    return byte % limit;
  }
  std::string_view line() {
    const std::string_view line = text_.substr(0, text_.find('\n'));
    text_.remove_prefix(std::min(line.size() + 1, text_.size()));
    return line;
  }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};

/// Ends the program when a law does not hold.
inline void require(bool holds, std::string_view law, std::string_view shown = "") {
  if (holds) return;
  std::fprintf(stderr, "broken law: %.*s\n%.*s\n", static_cast<int>(law.size()), law.data(),
               static_cast<int>(shown.size()), shown.data());
  std::abort();
}

/// Runs `action`; true when it ends without an error. Any exception but base::Error, and one with a code that means a
/// bug, ends the program.
template <class Action>
bool succeeds(Action action) {
  try {
    action();
    return true;
  } catch (const base::Error& error) {
    require(error.code() != base::code::bug, "no input is a bug of the program", base::render(error));
    return false;
  }
}

}  // namespace fuzz

/// Each input finds the program as it starts.
#define FUZZ_TARGET(text_or_input)                                                    \
  static void run(text_or_input);                                                     \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);  \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    base::forget_secrets();                                                           \
    run(fuzz::Input(data, size));                                                     \
    return 0;                                                                         \
  }                                                                                   \
  static void run(text_or_input)
