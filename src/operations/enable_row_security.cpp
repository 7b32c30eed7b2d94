// The operation op.enable_row_security: its keys, its SQL and what undoes it.
#include "operations/policy_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<EnableRowSecurity>& EnableRowSecurity::definition() {
  using Self = EnableRowSecurity;
  static const auto enable_row_security =
      operation<Self>(
          "enable_row_security",
          "Puts the row security policies of a table in force; without a policy nobody but the owner sees a row.")
          .required("table", &Self::table, "Table.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.enable_row_security { table = "orders" })")
          .describe([](const Self& op) { return "enable row security of " + shown(op.schema, op.table); })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", quote_qualified(op.schema, op.table));
          })
          .reverse([](const Self& op) { return DisableRowSecurity{.schema = op.schema, .table = op.table}; });
  return enable_row_security;
}

}  // namespace operations
