// The trigger functions that keep a column and its twin in step.
#pragma once
#include <string>

#include "operations/online_change.hpp"

namespace operations {

/// CREATE OR REPLACE of the function of one table. Before the swap the new column follows the old, row by row, for
/// columns up to `stage`; after it each follows the other. The function takes over the session's search_path.
std::string sync_function_sql(const OnlineChange& change, const TwinColumn& of_table, int stage);

/// The assignments of a backfill, and the condition of the rows that want it; both empty where the table has no column
/// of this stage.
struct TwinFill {
  std::string set, where;
};
TwinFill fill_of(const OnlineChange& change, const std::string& table_oid, int stage);

}  // namespace operations
