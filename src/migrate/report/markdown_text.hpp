// What the sections of a Markdown report are written with.
#pragma once
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace migrate::report {

/// The text of a JSON string; empty for anything else.
std::string text(const nlohmann::ordered_json& value);
const char* mark(bool is_ok);
/// Of a piece of evidence: ok, failed, told; "?" for what a person must say.
const char* mark_of(const nlohmann::ordered_json& state);
/// Text from a database in running text: what Markdown or HTML would read as its own is disarmed.
std::string plain(std::string_view from);
/// Code in a line; the fence is longer than any run of backticks inside.
std::string code(const std::string& from);
/// Code of its own lines, likewise.
std::string block(const char* language, std::string body);

class MarkdownText {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }
  void rule() { text_ += "\n---\n\n"; }
  void add(const std::string& markdown) { text_ += markdown; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace migrate::report
