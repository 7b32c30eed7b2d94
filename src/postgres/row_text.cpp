// Numbers bare, everything else in quotes.
#include "postgres/row_text.hpp"

namespace postgres {

namespace {

std::string field_text(const Result& result, std::size_t row, std::size_t column) {
  if (result.is_null(row, column)) return "NULL";
  switch (result.column_type(column)) {
    case oid::int2:
    case oid::int4:
    case oid::int8:
    case oid::numeric:
    case oid::boolean:
    case oid::float8: return result.text(row, column);
    default: break;
  }
  constexpr std::size_t longest = 80;
  std::string text = result.text(row, column);
  if (text.size() > longest) {
    std::size_t cut = longest;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text = text.substr(0, cut) + "...";
  }
  return "\"" + text + "\"";
}

}  // namespace

std::string row_text(const Result& result, std::size_t row, std::size_t columns) {
  std::string text;
  for (std::size_t column = 0; column < columns; ++column) {
    if (column > 0) text += ", ";
    text += result.column_name(column);
    text += " = " + field_text(result, row, column);
  }
  return text;
}

}  // namespace postgres
