// The operation op.rename_table: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/table_operations.hpp"

namespace operations {

const Definition<RenameTable>& RenameTable::definition() {
  using Self = RenameTable;
  static const auto rename_table =
      operation<Self>("rename_table", "Renames a table. Its indexes, constraints and sequences keep their names.")
          .required("name", &Self::name, "Table to rename.")
          .required("to", &Self::to, "New name.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such table.")
          .example(R"(op.rename_table { name = "orders", to = "purchases" })")
          .describe(
              [](const Self& op) { return fmt::format("rename table {} to \"{}\"", shown(op.schema, op.name), op.to); })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE{} {} RENAME TO {}", if_exists_sql(op.if_exists),
                               quote_qualified(op.schema, op.name), quote_identifier(op.to));
          })
          .reverse([](const Self& op) {
            return Self{.schema = op.schema, .name = op.to, .to = op.name, .if_exists = op.if_exists};
          });
  return rename_table;
}

}  // namespace operations
