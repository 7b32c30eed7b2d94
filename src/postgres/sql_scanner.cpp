// One piece of SQL at a time, as PostgreSQL's and psql's own scanners cut it.
#include "postgres/sql_scanner.hpp"

namespace postgres {

namespace {

Scanned scan_quoted(std::string_view sql, std::size_t at, bool backslashes) {
  const char quote = sql[at];
  for (std::size_t i = at + 1; i < sql.size(); ++i) {
    if (backslashes && sql[i] == '\\') {
      ++i;
    } else if (sql[i] == quote) {
      if (i + 1 < sql.size() && sql[i + 1] == quote)
        ++i;
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

/// $tag$ ... $tag$; a lone $ or a parameter is something else.
Scanned scan_dollar(std::string_view sql, std::size_t at) {
  std::size_t i = at + 1;
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
  if (sql.substr(at, 2) == "--") {
    const std::size_t end = sql.find('\n', at);
    return {Piece::comment, end == std::string_view::npos ? sql.size() : end};
  }
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
  if (c >= '0' && c <= '9') {
    // A number swallows what touches it, so that 1e5 and 0x1F hold no words.
    std::size_t i = at + 1;
    while (i < sql.size() && (is_word_part(sql[i]) || sql[i] == '.')) ++i;
    return {Piece::other, i};
  }
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
