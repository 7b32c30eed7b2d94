// Splitting, escapes, and the place in an error.
#include "postgres/copy_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "postgres/quote.hpp"
#include "postgres/sql_scanner.hpp"

namespace postgres {

void split_copy_line(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  const char* at = line.data();
  const char* end = at + line.size();
  if (at != end && end[-1] == '\n') --end;
  for (;;) {
    const char* tab = static_cast<const char*>(std::memchr(at, '\t', static_cast<std::size_t>(end - at)));
    if (!tab) break;
    fields.emplace_back(at, static_cast<std::size_t>(tab - at));
    at = tab + 1;
  }
  fields.emplace_back(at, static_cast<std::size_t>(end - at));
}

std::string_view copy_field_text(std::string_view field, std::string& scratch) {
  std::size_t slash = field.find('\\');
  if (slash == std::string_view::npos) return field;
  scratch.clear();
  std::size_t from = 0;
  while (slash != std::string_view::npos && slash + 1 < field.size()) {
    scratch += field.substr(from, slash - from);
    // The server sends no octal and no hexadecimal escapes.
    switch (const char c = field[slash + 1]) {
      case 'b': scratch += '\b'; break;
      case 'f': scratch += '\f'; break;
      case 'n': scratch += '\n'; break;
      case 'r': scratch += '\r'; break;
      case 't': scratch += '\t'; break;
      case 'v': scratch += '\v'; break;
      default: scratch += c;
    }
    from = slash + 2;
    slash = field.find('\\', from);
  }
  return scratch += field.substr(from);
}

namespace {

/// Of eight bytes at once: is one of them a backslash or below 14, as all that needs an escape is?
bool may_need_escape(const char* bytes) {
  constexpr std::uint64_t ones = ~std::uint64_t{0} / 255, tops = ones * 128;
  std::uint64_t eight = 0;
  std::memcpy(&eight, bytes, sizeof eight);
  const std::uint64_t slashes = eight ^ (ones * '\\');
  return (((eight - ones * 14) & ~eight) | ((slashes - ones) & ~slashes)) & tops;
}

}  // namespace

void append_copy_text(std::string& out, std::string_view text) {
  static constexpr auto letters = [] {
    std::array<char, 256> table{};
    table['\\'] = '\\';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    return table;
  }();
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text.size() - i >= 8 && !may_need_escape(text.data() + i)) {
      i += 8;
      continue;
    }
    for (const std::size_t stop = std::min(i + 8, text.size()); i < stop; ++i) {
      const char letter = letters[static_cast<unsigned char>(text[i])];
      if (!letter) continue;
      out += text.substr(from, i - from);
      out += '\\';
      out += letter;
      from = i + 1;
    }
  }
  out += text.substr(from);
}

std::string with_literals(std::string_view sql, const Parameters& parameters) {
  if (parameters.empty()) return std::string(sql);
  std::string out;
  for (std::size_t i = 0; i < sql.size();) {
    if (const Scanned scanned = scan_piece(sql, i); scanned.piece != Piece::other) {
      out += sql.substr(i, scanned.end - i);
      i = scanned.end;
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

bool CopyPlace::is_column(std::string_view name) const {
  if (!rest.starts_with(", ")) return false;
  const std::size_t word_end = rest.find(' ', 2);
  if (word_end == std::string::npos) return false;
  const std::string_view named = std::string_view(rest).substr(word_end + 1);
  return named.size() > name.size() && named.starts_with(name) &&
         (named[name.size()] == ':' || named[name.size()] == ' ');
}

CopyPlace copy_place(std::string_view context) {
  // A line of its own, behind those of functions that were at work.
  for (std::size_t at = 0; at != std::string_view::npos;) {
    const std::string_view line = context.substr(at, context.find('\n', at) - at);
    at = context.find('\n', at) == std::string_view::npos ? std::string_view::npos : context.find('\n', at) + 1;
    if (!line.starts_with("COPY ")) continue;
    const std::size_t comma = line.find(", ");
    const std::size_t digits = comma == std::string_view::npos ? comma : line.find_first_of("0123456789", comma);
    if (digits == std::string_view::npos) continue;
    CopyPlace place;
    const auto [end, failure] = std::from_chars(line.data() + digits, line.data() + line.size(), place.line);
    if (failure == std::errc()) place.rest = std::string(end, line.data() + line.size());
    return place;
  }
  return {};
}

}  // namespace postgres
