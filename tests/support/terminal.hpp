// waxwing on a terminal, for what it asks only there.
#pragma once
#include <string>
#include <vector>

namespace tests {

class Terminal {
 public:
  /// Starts the built waxwing, without the variables of whoever runs the tests, with a pseudo-terminal as its input,
  /// output and controlling terminal.
  explicit Terminal(const std::vector<std::string>& arguments);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Reads until `text` has been printed since the last call, or `limit_ms` are over: then false.
  bool shows(const std::string& text, int limit_ms = 60000);
  /// As from the keyboard: a line ends with "\n", "\x03" is Ctrl+C, "\x04" at the beginning of a line is the end.
  void type(const std::string& keys) const;
  /// Exit status, or 128 + signal; -1 when it had to be killed.
  int wait(int limit_ms = 60000);
  /// All that was printed, the typed keys among it.
  const std::string& screen() const { return screen_; }

 private:
  /// False at the end.
  bool read_some(int limit_ms);
  int terminal_ = -1, pid_ = 0;
  std::string screen_;
  std::size_t seen_ = 0;
};

}  // namespace tests
