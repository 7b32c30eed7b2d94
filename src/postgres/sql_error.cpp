// Puts what the server said into the error shape, with a caret under the place it complains about.
#include "postgres/sql_error.hpp"

#include <fmt/format.h>

#include "base/secrets.hpp"
#include "base/text.hpp"

namespace postgres {

namespace {

constexpr std::size_t shown_width = 100;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Byte offset of the character `position` (counted from 1), which is how PostgreSQL counts.
std::size_t byte_offset(const std::string& sql, int position) {
  std::size_t offset = 0;
  for (int left = position - 1; offset < sql.size() && left > 0; --left) {
    ++offset;
    while (offset < sql.size() && is_continuation(sql[offset])) ++offset;
  }
  return offset;
}

/// The line that the position is in, cut around it, and a caret below.
std::string caret_text(const std::string& sql, int position) {
  const std::size_t at = byte_offset(sql, position);
  const std::size_t line_break = at == 0 ? std::string::npos : sql.rfind('\n', at - 1);
  const std::size_t begin = line_break == std::string::npos ? 0 : line_break + 1;
  const std::size_t end = std::min(sql.find('\n', at), sql.size());
  std::size_t from = begin;
  if (at - begin > shown_width * 2 / 3) from = at - shown_width * 2 / 3;
  while (from > begin && is_continuation(sql[from])) --from;
  std::size_t to = std::min(end, from + shown_width);
  while (to < end && is_continuation(sql[to])) ++to;
  const std::string lead = from > begin ? "..." : "";
  std::string line = lead + sql.substr(from, to - from) + (to < end ? "..." : "");
  const std::size_t column = base::display_width(lead + sql.substr(from, at - from));
  for (char& c : line)
    if (c == '\t' || c == '\r') c = ' ';
  return line + "\n" + std::string(column, ' ') + "^";
}

std::string cause_text(const Diagnostics& diagnostics, const std::string& sql) {
  std::string text = fmt::format("{} {}: {}", diagnostics.severity.empty() ? "ERROR" : diagnostics.severity,
                                 diagnostics.sqlstate, diagnostics.message);
  if (!diagnostics.detail.empty()) text += "\nDETAIL: " + diagnostics.detail;
  if (!diagnostics.hint.empty()) text += "\nHINT: " + diagnostics.hint;
  if (!diagnostics.context.empty()) text += "\nCONTEXT: " + diagnostics.context;
  if (diagnostics.position > 0) text += "\n" + caret_text(sql, diagnostics.position);
  return text;
}

}  // namespace

SqlError::SqlError(Diagnostics diagnostics, std::string sql)
    : base::Error(base::code::statement_failed, "a statement failed: " + diagnostics.message),
      diagnostics_(std::move(diagnostics)),
      sql_(std::move(sql)) {
  base::register_secrets_in(sql_);
  because(cause_text(diagnostics_, sql_));
}

}  // namespace postgres
