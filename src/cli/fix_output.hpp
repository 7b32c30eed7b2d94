// How runs of fixes are shown, as lines and as JSON.
#pragma once
#include <nlohmann/json.hpp>

#include "base/console.hpp"
#include "migrate/fixes/fix_run.hpp"

namespace cli {

/// {"run","name","path","reason","ticket","parameters":{},"undoes","whole","undone_by","statements","milliseconds",
/// "lasting":[],"at","by","host","rows_kept"}
nlohmann::ordered_json json_of(const migrate::FixRow& row);
nlohmann::ordered_json json_of(const std::vector<migrate::FixTableRow>& tables);
/// {"table","kind","identity":{},"before":{}|null,"after":{}|null}; values as PostgreSQL's text.
nlohmann::ordered_json json_of(const std::vector<migrate::RowChange>& changes);

/// "users: 2 updated, 1 deleted" for each table, then the rows side by side, a line for each column that differs.
void print_changes(base::Console& console, const std::vector<migrate::FixTableRow>& tables,
                   const std::vector<migrate::RowChange>& changes);
void print_lasting(base::Console& console, const std::vector<std::string>& lasting);

/// "in force", "undone by 1a2b3c4d" ...
std::string state_of(const migrate::FixRow& row);

}  // namespace cli
