// What Markdown would read as its own is disarmed.
#include "migrate/report/markdown_text.hpp"

#include "base/text.hpp"

namespace migrate::report {

using nlohmann::ordered_json;

std::string text(const ordered_json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

const char* mark(bool is_ok) { return is_ok ? "✅" : "❌"; }
const char* mark_of(const ordered_json& state) {
  return state == "ok" ? "✅" : state == "failed" ? "❌" : state == "told" ? "•" : "?";
}

std::string plain(std::string_view from) {
  std::string out;
  for (const char c : from) {
    if (c == '<') {
      out += "&lt;";
      continue;
    }
    if (c == '>') {
      out += "&gt;";
      continue;
    }
    if (c == '&') {
      out += "&amp;";
      continue;
    }
    if (std::string_view("\\`*_[]|#").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(const std::string& from) {
  if (from.find('`') == std::string::npos) return "`" + base::replace_all(from, "\n", " ") + "`";
  return "`` " + base::replace_all(from, "\n", " ") + " ``";
}

std::string block(const char* language, std::string body) {
  while (body.ends_with('\n')) body.pop_back();
  std::string fence = "```";
  while (body.find(fence) != std::string::npos) fence += '`';
  return fence + language + "\n" + body + "\n" + fence + "\n";
}

}  // namespace migrate::report
