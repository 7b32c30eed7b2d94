// Writing values as Lua.
#include "operations/lua_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace operations {

namespace {

constexpr std::size_t line_limit = 100;

bool is_plain_key(std::string_view key) {
  static constexpr std::array<std::string_view, 22> keywords = {
      "and", "break", "do",  "else", "elseif", "end",    "false",  "for",  "function", "goto",  "if",
      "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !key.empty() && letter(key.front()) &&
         std::all_of(key.begin(), key.end(), [&](char c) { return letter(c) || digit(c); }) &&
         std::find(keywords.begin(), keywords.end(), key) == keywords.end();
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += {'\\', c};
    else if (c == '\n')
      result += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      result += fmt::format("\\{:03}", static_cast<int>(c));
    else
      result += c;
  }
  return result + "\"";
}

/// `[[ ]]` with as many `=` as the text needs. Lua drops a line break right after the opening, and turns CR into LF.
std::string long_string(std::string_view text) {
  std::string level;
  while (text.find("]" + level + "]") != std::string_view::npos || text.ends_with("]" + level)) level += '=';
  return fmt::format("[{0}[{1}{2}]{0}]", level, text.starts_with('\n') ? "\n" : "", text);
}

std::string literal(const base::Value& value, std::size_t indent);

std::string entry(const std::pair<std::string, base::Value>& pair, std::size_t indent) {
  const auto& [key, value] = pair;
  return (is_plain_key(key) ? key : "[" + quoted(key) + "]") + " = " + literal(value, indent);
}

/// `{ a, b }` on one line when it fits and holds no line break, else one entry per line.
template <class Entries, class Write>
std::string braces(const Entries& entries, std::size_t indent, Write write) {
  if (entries.empty()) return "{}";
  std::string line = "{ ";
  for (const auto& each : entries) line += (line.size() > 2 ? ", " : "") + write(each, indent + 2);
  line += " }";
  if (line.find('\n') == std::string::npos && indent + line.size() <= line_limit) return line;
  const std::string pad(indent + 2, ' ');
  std::string block = "{\n";
  for (const auto& each : entries) block += pad + write(each, indent + 2) + ",\n";
  return block + std::string(indent, ' ') + "}";
}

std::string literal(const base::Value& value, std::size_t indent) {
  if (const bool* yes = value.get_if<bool>()) return *yes ? "true" : "false";
  if (const auto* number = value.get_if<std::int64_t>()) return std::to_string(*number);
  if (const double* number = value.get_if<double>()) return fmt::format("{}", *number);
  if (const auto* text = value.get_if<std::string>()) {
    const bool lines = text->find('\n') != std::string::npos && text->find_first_of("\r\0", 0, 2) == std::string::npos;
    return lines ? long_string(*text) : quoted(*text);
  }
  if (const auto* list = value.get_if<base::List>()) return braces(*list, indent, literal);
  if (const auto* map = value.get_if<base::Map>()) return braces(*map, indent, entry);
  return value.is_sql_null() ? "db.null" : "nil";
}

}  // namespace

std::string lua_literal(const base::Value& value) { return literal(value, 0); }

std::string lua_call(std::string_view function, const base::Map& arguments) {
  return fmt::format("{} {}", function, literal(base::Value(arguments), 0));
}

}  // namespace operations
