// What the statements of a step demanded of rows, and which rows were in the way of one that failed.
#pragma once
#include <string>
#include <vector>

#include "postgres/connection.hpp"
#include "postgres/row_demand.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

class MetDemands {
 public:
  explicit MetDemands(postgres::Connection& connection) : connection_(connection) {}

  /// A statement is done, and what it demands is met.
  void remember(const std::string& sql, const std::vector<postgres::RowDemand>& demands);
  /// Of the rows that were there; nothing of tables that the step made itself.
  const std::vector<postgres::RowDemand>& all() const { return met_; }

  /// Sent in front of a statement that may fail on rows, so that they can be named from inside the transaction, where
  /// the migration has made them what they are. It ends with the transaction.
  static constexpr const char* savepoint_sql = "SAVEPOINT waxwing_rows; ";
  /// Makes the error of a statement behind that savepoint name the rows (code::rows_do_not_fit).
  void explain_inside(postgres::SqlError& error, const std::vector<postgres::RowDemand>& demands);
  /// The same for a statement outside of transactions.
  void explain_alone(postgres::SqlError& error);

 private:
  postgres::Connection& connection_;
  std::vector<postgres::RowDemand> met_;
  /// Statements that may have made tables, not read yet, and the tables that others made.
  std::vector<std::string> creations_;
  std::vector<postgres::TableName> created_;
};

}  // namespace migrate
