// The operation op.disable_row_security: its keys, its SQL and what undoes it.
#include "operations/policy_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<DisableRowSecurity>& DisableRowSecurity::definition() {
  using Self = DisableRowSecurity;
  static const auto disable_row_security =
      operation<Self>("disable_row_security", "Takes the row security policies of a table out of force.")
          .required("table", &Self::table, "Table.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.disable_row_security { table = "orders" })")
          .describe([](const Self& op) { return "disable row security of " + shown(op.schema, op.table); })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", quote_qualified(op.schema, op.table));
          })
          .reverse([](const Self& op) { return EnableRowSecurity{.schema = op.schema, .table = op.table}; });
  return disable_row_security;
}

}  // namespace operations
