// Everything that is not written by us is escaped here.
#include "migrate/report/html_text.hpp"

#include "base/text.hpp"

namespace migrate::report::html {

using nlohmann::ordered_json;

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  return out;
}

std::string raw(const ordered_json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

std::string text(const ordered_json& value) { return escaped(raw(value)); }

std::string scalar(const ordered_json& value) {
  return value.is_null() ? "NULL" : value.is_string() ? text(value) : escaped(value.dump());
}

const char* mark(const ordered_json& state) {
  if (state == "ok") return "<span class=\"mark ok\" title=\"holds\">✓</span>";
  if (state == "failed") return "<span class=\"mark bad\" title=\"does not hold\">✗</span>";
  if (state == "told") return "<span class=\"mark open\">•</span>";
  return "<span class=\"mark open\" title=\"not measured, or for a person to say\">?</span>";
}

std::string pre(const std::string& body, const char* classes) {
  return fmt::format("<pre class=\"{}\">{}</pre>", classes, escaped(base::trim(body)));
}

std::string queries(const ordered_json& sql) {
  std::string all;
  for (const ordered_json& each : sql) all += std::string(base::trim(raw(each))) + ";\n";
  if (all.empty()) return all;
  return fmt::format("<details><summary>{}</summary>{}</details>", sql.size() == 1 ? "query" : "queries", pre(all));
}

}  // namespace migrate::report::html
