// Writes statements instead of sending them.
#include "postgres/recording.hpp"

#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_text.hpp"

namespace postgres {

namespace {

/// Length of the quoted text, comment or dollar quote that starts at `at`; 0 when none does.
std::size_t skipped_length(std::string_view sql, std::size_t at) {
  const auto until = [&](std::string_view end, std::size_t from) {
    const std::size_t found = sql.find(end, from);
    return (found == std::string_view::npos ? sql.size() : found + end.size()) - at;
  };
  if (sql[at] == '\'' || sql[at] == '"') return until(sql.substr(at, 1), at + 1);
  if (sql.substr(at).starts_with("--")) return until("\n", at);
  if (sql.substr(at).starts_with("/*")) return until("*/", at + 2);
  if (sql[at] != '$') return 0;
  std::size_t tag_end = at + 1;
  while (tag_end < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[tag_end])) || sql[tag_end] == '_')) ++tag_end;
  const bool is_parameter = tag_end > at + 1 && std::isdigit(static_cast<unsigned char>(sql[at + 1]));
  if (is_parameter || tag_end == sql.size() || sql[tag_end] != '$') return 0;
  return until(sql.substr(at, tag_end + 1 - at), tag_end + 1);
}

std::string with_parameters(std::string_view sql, const Parameters& parameters) {
  std::string out;
  for (std::size_t i = 0; i < sql.size();) {
    if (const std::size_t length = skipped_length(sql, i)) {
      out += sql.substr(i, length);
      i += length;
      continue;
    }
    std::size_t number = 0;
    const char* end = sql.data() + sql.size();
    if (sql[i] == '$')
      if (const auto [after, failure] = std::from_chars(sql.data() + i + 1, end, number);
          failure == std::errc() && number >= 1 && number <= parameters.size()) {
        const Parameter& parameter = parameters[number - 1];
        out += parameter.text ? quote_literal(*parameter.text) : "NULL";
        i = static_cast<std::size_t>(after - sql.data());
        continue;
      }
    out += sql[i++];
  }
  return out;
}

/// A statement that ends in a line comment needs its semicolon on a line of its own.
std::string terminated(const std::string& sql) {
  const std::string text(base::trim(sql));
  if (text.ends_with(';')) return text + "\n";
  const std::string_view last_line = std::string_view(text).substr(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  return text + (last_line.find("--") == std::string_view::npos ? ";\n" : "\n;\n");
}

}  // namespace

Result RecordingSession::query(std::string_view sql, const Parameters&) {
  throw base::Error(base::code::needs_database, "the script asks the database for data, and --sql has none")
      .because("it wants the answer of: " + std::string(base::trim(sql.substr(0, 200))))
      .advise("run the upgrade without --sql, or write the step so that SQL itself decides (insert ... select, update ... from)");
}

void RecordingSession::execute(std::string_view sql, const Parameters& parameters) {
  write_(terminated(parameters.empty() ? std::string(sql) : with_parameters(sql, parameters)));
}

void RecordingSession::comment(std::string_view text) { write_("-- " + base::replace_all(std::string(text), "\n", "\n-- ") + "\n"); }

}  // namespace postgres
