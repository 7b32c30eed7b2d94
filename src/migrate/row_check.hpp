// Asks a database whether its rows meet what a statement demands, and which do not.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "postgres/row_demand.hpp"
#include "postgres/session.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

/// A demand with its query, for the tables as they are now.
struct RowCheck {
  postgres::RowDemand demand;
  /// "Checking users (tenant_id, email) for duplicates"
  std::string doing;
  std::string ok;
  /// The offending rows, for people to run.
  std::string sql;
  /// The same, cut short, with their number in a last column.
  std::string sample_sql;
};

/// The kind and columns as a declared check of the same thing says them: "unique users (tenant_id, email)".
std::string subject_of(const postgres::RowDemand& demand);

/// Looks up the table. Nothing when there is nothing to ask: the table or a column is not there (yet), it is empty, the
/// constraint holds already, or no cheap query can tell.
std::optional<RowCheck> prepare(postgres::Session& session, const postgres::RowDemand& demand);

struct RowOutcome {
  std::int64_t count = 0;
  /// "Found 2 groups of duplicates in users (tenant_id, email): uq_users_email_tenant cannot be added."
  std::string text;
  /// Five of them.
  std::vector<std::string> lines;
};
RowOutcome run(postgres::Session& session, const RowCheck& check);

/// What to do about them.
std::string advice_for(const RowCheck& check);

/// What a single statement demands; nothing for a text of several.
std::vector<postgres::RowDemand> demands_of(std::string_view statement);
/// May the rows be the reason, by its SQLSTATE?
bool is_about_rows(const postgres::SqlError& error);
/// Asks for the rows that made a statement fail, and makes the error name them (code::rows_do_not_fit). Leaves it as it
/// is when nothing can be found out.
void name_rows(postgres::SqlError& error, const std::vector<postgres::RowDemand>& demands, postgres::Session& session);

}  // namespace migrate
