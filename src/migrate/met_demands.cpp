// Looking at rows costs nothing until a statement fails on them.
#include "migrate/met_demands.hpp"

#include <algorithm>
#include <utility>

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/row_check.hpp"

namespace migrate {

using postgres::RowDemand;
using postgres::SqlError;

/// A table that the step has made itself had no rows to begin with. The statements that made tables are read once a
/// demand needs it, which is seldom.
void MetDemands::remember(const std::string& sql, const std::vector<RowDemand>& demands) {
  if (base::lower(sql.substr(0, 6)) == "create") creations_.push_back(sql);
  if (demands.empty()) return;
  for (const std::string& each : std::exchange(creations_, {})) {
    std::vector<postgres::TableName> created = postgres::effect_of(each).created;
    created_.insert(created_.end(), created.begin(), created.end());
  }
  for (const RowDemand& demand : demands)
    if (std::none_of(created_.begin(), created_.end(), [&](const auto& table) { return table.may_be(demand.table); }))
      met_.push_back(demand);
}

void MetDemands::explain_inside(SqlError& error, const std::vector<RowDemand>& demands) {
  if (!is_about_rows(error)) return;
  try {
    connection_.query("ROLLBACK TO SAVEPOINT waxwing_rows");
    name_rows(error, demands, connection_);
    // The statement has failed, and so has the transaction, whatever a script makes of the error.
    connection_.query("ROLLBACK TO SAVEPOINT waxwing_there_is_none");
  } catch (const SqlError&) {
    base::throw_if_interrupted();
  }
}

void MetDemands::explain_alone(SqlError& error) {
  if (!is_about_rows(error)) return;
  try {
    name_rows(error, demands_of(error.sql()), connection_);
  } catch (const SqlError&) {
    // The server's own words must do.
    base::throw_if_interrupted();
  }
}

}  // namespace migrate
