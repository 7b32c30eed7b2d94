// The operation op.force_row_security: its keys, its SQL and what undoes it.
#include "operations/policy_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<ForceRowSecurity>& ForceRowSecurity::definition() {
  using Self = ForceRowSecurity;
  static const auto force_row_security =
      operation<Self>("force_row_security", "Holds the owner of a table to its row security policies as well.")
          .required("table", &Self::table, "Table.")
          .optional("forced", &Self::forced, "false frees the owner from them again; true when left out.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.force_row_security { table = "orders" })")
          .describe([](const Self& op) {
            return fmt::format("{} row security of {}", op.forced ? "force" : "no longer force",
                               shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {}{} FORCE ROW LEVEL SECURITY", quote_qualified(op.schema, op.table),
                               when(!op.forced, "NO"));
          })
          .reverse([](const Self& op) { return Self{.schema = op.schema, .table = op.table, .forced = !op.forced}; });
  return force_row_security;
}

}  // namespace operations
