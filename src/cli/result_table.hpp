// The rows of a statement for people and for programs.
#pragma once
#include <nlohmann/json.hpp>

#include "base/console.hpp"
#include "postgres/session.hpp"

namespace cli {

/// Is a column of this type set to the right?
bool is_number(std::uint32_t type);
/// Integers and booleans as such; all else as text, so that no digit is lost.
nlohmann::ordered_json cell_json(const postgres::Result& rows, std::size_t row, std::size_t column);
/// {"columns":[...],"rows":[[...]]} into `json`.
void add_rows(nlohmann::ordered_json& json, const postgres::Result& rows);
/// The first `most` rows as a table, and how many there are. `null` stands for NULL.
/// `as_records` gives each row a block of its own.
void print_rows(base::Console& console, const postgres::Result& rows, const std::string& null = "",
                std::size_t most = static_cast<std::size_t>(-1), bool as_records = false);

}  // namespace cli
