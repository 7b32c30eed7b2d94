// What the sections of an HTML report are written with.
#pragma once
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace migrate::report::html {

/// `&`, `<`, `>` and both quotes as entities; characters that XML forbids as a question mark.
std::string escaped(std::string_view text);
/// The text of a JSON string as it is; empty for anything else.
std::string raw(const nlohmann::ordered_json& value);
/// The same, escaped.
std::string text(const nlohmann::ordered_json& value);
/// Any value of a database, escaped: NULL, a text, a number.
std::string scalar(const nlohmann::ordered_json& value);
/// Of a piece of evidence: ok, failed, told; a question mark for what a person must say.
const char* mark(const nlohmann::ordered_json& state);
/// Code of its own lines, escaped.
[[nodiscard]] std::string pre(const std::string& body, const char* classes = "");
/// The queries behind a statement of the report, folded; empty for none.
[[nodiscard]] std::string queries(const nlohmann::ordered_json& sql);

class HtmlText {
 public:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...);
  }
  void add(const std::string& html) { text_ += html; }
  void open(const std::string& title, const char* classes = "") {
    put("<section class=\"{}\"><h2>{}</h2>\n", classes, title);
  }
  void close() { text_ += "</section>\n"; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace migrate::report::html
