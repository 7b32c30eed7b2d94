// Lexical facts of SQL that splitting and classifying share.
#pragma once
#include <string_view>

namespace postgres {

inline bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
inline bool is_word_part(char c) { return is_word_start(c) || (c >= '0' && c <= '9') || c == '$'; }
inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

/// What begins at a position of SQL text.
enum class Piece { space, comment, quoted, word, backslash, other };

/// A piece and its end. `closed` is false for a quote or comment that runs to the end of the text.
struct Scanned {
  Piece piece;
  std::size_t end;
  bool closed = true;
};

/// Reads one piece; `at` is before the end. Knows '', "", E'', $tag$, --, nested /* */ and words.
Scanned scan_piece(std::string_view sql, std::size_t at);

/// Compares with an upper-case word, ASCII only.
bool is_word(std::string_view text, std::string_view upper_case);

}  // namespace postgres
