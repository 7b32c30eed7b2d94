// Cells, rows, and the count below.
#include "cli/result_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/text_table.hpp"

namespace cli {

using postgres::Result;

bool is_number(std::uint32_t type) {
  namespace oid = postgres::oid;
  return type == oid::int2 || type == oid::int4 || type == oid::int8 || type == oid::numeric || type == oid::float4 ||
         type == oid::float8;
}

nlohmann::ordered_json cell_json(const Result& rows, std::size_t row, std::size_t column) {
  namespace oid = postgres::oid;
  if (rows.is_null(row, column)) return nullptr;
  switch (rows.column_type(column)) {
    case oid::int2:
    case oid::int4:
    case oid::int8: return rows.integer(row, column);
    case oid::boolean: return rows.boolean(row, column);
    default: return rows.text(row, column);
  }
}

void add_rows(nlohmann::ordered_json& json, const Result& rows) {
  json["columns"] = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < rows.columns(); ++k) json["columns"].push_back(rows.column_name(k));
  json["rows"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    nlohmann::ordered_json line = nlohmann::ordered_json::array();
    for (std::size_t k = 0; k < rows.columns(); ++k) line.push_back(cell_json(rows, i, k));
    json["rows"].push_back(line);
  }
}

void print_rows(base::Console& console, const Result& rows, const std::string& null, std::size_t most,
                bool as_records) {
  TextTable table;
  for (std::size_t k = 0; k < rows.columns(); ++k)
    table.columns.push_back({std::string(rows.column_name(k)), is_number(rows.column_type(k))});
  const std::size_t shown = std::min(rows.rows(), most);
  for (std::size_t i = 0; i < shown; ++i) {
    std::vector<std::string>& line = table.rows.emplace_back();
    for (std::size_t k = 0; k < rows.columns(); ++k) line.push_back(rows.is_null(i, k) ? null : rows.text(i, k));
  }
  if (!table.columns.empty())
    for (const std::string& line : as_records ? table.records() : table.lines()) console.result(line);
  const std::string count = base::count_of(static_cast<long long>(rows.rows()), "row");
  console.result(shown < rows.rows() ? fmt::format("({}; the first {} are shown)", count, shown)
                                     : fmt::format("({})", count));
}

}  // namespace cli
