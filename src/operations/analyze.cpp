// The operation op.analyze: its keys and its SQL.
#include "operations/maintenance_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<Analyze>& Analyze::definition() {
  using Self = Analyze;
  static const auto analyze =
      operation<Self>(
          "analyze",
          "Counts anew what the planner knows of a table. op.alter_column does so for a column whose type it "
          "changes, since PostgreSQL forgets what it knew.")
          .required("table", &Self::table, "Table, materialized view or partitioned table.")
          .optional("columns", &Self::columns, "Column, or list of columns; all when left out.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.analyze { table = "orders", columns = { "customer_id" } })")
          .describe([](const Self& op) { return "analyze " + shown(op.schema, op.table); })
          .sql([](const Self& op) {
            return fmt::format("ANALYZE {}{}", quote_qualified(op.schema, op.table),
                               op.columns.empty() ? "" : " (" + quoted_list(op.columns) + ")");
          });
  return analyze;
}

}  // namespace operations
