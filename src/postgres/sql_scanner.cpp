// One piece of SQL at a time, as PostgreSQL's and psql's own scanners cut it.
#include "postgres/sql_scanner.hpp"

#include <algorithm>

namespace postgres {

namespace {

/// A line comment ends at either line end, as it does for the server.
std::size_t line_comment_end(std::string_view sql, std::size_t at) {
  return std::min(sql.find_first_of("\r\n", at), sql.size());
}

/// Where the next part of a string in several parts begins ('a' <line end> 'b'); npos when there is none.
std::size_t next_part(std::string_view sql, std::size_t at) {
  bool line_ended = false;
  for (; at < sql.size(); ++at) {
    if (sql[at] == '\'') return line_ended ? at : std::string_view::npos;
    if (sql.substr(at, 2) == "--") at = line_comment_end(sql, at);
    if (at < sql.size() && (sql[at] == '\n' || sql[at] == '\r')) line_ended = true;
    if (at < sql.size() && !is_space(sql[at])) break;
  }
  return std::string_view::npos;
}

Scanned scan_quoted(std::string_view sql, std::size_t at, bool backslashes) {
  const char quote = sql[at];
  for (std::size_t i = at + 1; i < sql.size(); ++i) {
    if (backslashes && sql[i] == '\\') {
      ++i;
    } else if (sql[i] == quote) {
      if (i + 1 < sql.size() && sql[i + 1] == quote)
        ++i;
      else if (const std::size_t part = backslashes ? next_part(sql, i + 1) : std::string_view::npos;
               part != std::string_view::npos)
        i = part;  // the backslashes of E'' hold in all of its parts
      else
        return {Piece::quoted, i + 1};
    }
  }
  return {Piece::quoted, sql.size(), false};
}

Scanned scan_block_comment(std::string_view sql, std::size_t at) {
  int depth = 1;
  std::size_t i = at + 2;
  while (i < sql.size() && depth > 0) {
    if (sql.substr(i, 2) == "/*") {
      ++depth;
      i += 2;
    } else if (sql.substr(i, 2) == "*/") {
      --depth;
      i += 2;
    } else {
      ++i;
    }
  }
  return {Piece::comment, i, depth == 0};
}

bool is_digit_at(std::string_view sql, std::size_t at) { return at < sql.size() && sql[at] >= '0' && sql[at] <= '9'; }

std::size_t digits_end(std::string_view sql, std::size_t at) {
  while (is_digit_at(sql, at)) ++at;
  return at;
}

/// Digits with at most one dot and an exponent. A word that touches them (0x1F, 1_000) is part of the number, as in
/// PostgreSQL 16; before it was a word of its own (13, 14) or an error (15). Two dots are not a number's.
Scanned scan_number(std::string_view sql, std::size_t at) {
  std::size_t end = digits_end(sql, at);
  if (end < sql.size() && sql[end] == '.' && sql.substr(end, 2) != "..") end = digits_end(sql, end + 1);
  if (end < sql.size() && (sql[end] == 'e' || sql[end] == 'E')) {
    const bool is_signed = end + 1 < sql.size() && (sql[end + 1] == '+' || sql[end + 1] == '-');
    const std::size_t exponent = end + (is_signed ? 2 : 1);
    if (is_digit_at(sql, exponent)) end = digits_end(sql, exponent);
  }
  if (end < sql.size() && is_word_start(sql[end]))
    while (end < sql.size() && is_word_part(sql[end])) ++end;
  return {Piece::other, end};
}

/// $tag$ ... $tag$; a lone $ or a parameter is something else.
Scanned scan_dollar(std::string_view sql, std::size_t at) {
  std::size_t i = at + 1;
  if (is_digit_at(sql, i)) return {Piece::other, digits_end(sql, i)};
  if (i < sql.size() && is_word_start(sql[i]))
    while (i < sql.size() && is_word_part(sql[i]) && sql[i] != '$') ++i;
  if (i >= sql.size() || sql[i] != '$') return {Piece::other, at + 1};
  const std::string_view tag = sql.substr(at, i + 1 - at);
  const std::size_t end = sql.find(tag, i + 1);
  if (end == std::string_view::npos) return {Piece::quoted, sql.size(), false};
  return {Piece::quoted, end + tag.size()};
}

}  // namespace

Scanned scan_piece(std::string_view sql, std::size_t at) {
  const char c = sql[at];
  if (is_space(c)) {
    std::size_t i = at + 1;
    while (i < sql.size() && is_space(sql[i])) ++i;
    return {Piece::space, i};
  }
  if (sql.substr(at, 2) == "--") return {Piece::comment, line_comment_end(sql, at)};
  if (sql.substr(at, 2) == "/*") return scan_block_comment(sql, at);
  if (c == '\'' || c == '"') return scan_quoted(sql, at, false);
  if ((c == 'e' || c == 'E') && at + 1 < sql.size() && sql[at + 1] == '\'') return scan_quoted(sql, at + 1, true);
  if (c == '$') return scan_dollar(sql, at);
  if (c == '\\') return {Piece::backslash, at + 1};
  if (is_word_start(c)) {
    std::size_t i = at + 1;
    while (i < sql.size() && is_word_part(sql[i])) ++i;
    return {Piece::word, i};
  }
  if (is_digit_at(sql, at) || (c == '.' && is_digit_at(sql, at + 1))) return scan_number(sql, at);
  if (sql.substr(at, 2) == "..") return {Piece::other, at + 2};
  return {Piece::other, at + 1};
}

bool is_word(std::string_view text, std::string_view upper_case) {
  if (text.size() != upper_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 'a' + 'A') : text[i];
    if (c != upper_case[i]) return false;
  }
  return true;
}

}  // namespace postgres
