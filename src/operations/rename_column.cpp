// The operation op.rename_column: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/table_operations.hpp"

namespace operations {

const Definition<RenameColumn>& RenameColumn::definition() {
  using Self = RenameColumn;
  static const auto rename_column =
      operation<Self>("rename_column",
                      "Renames a column; everything that uses it follows, except the text of functions.")
          .required("table", &Self::table, "Table to alter.")
          .required("name", &Self::name, "Column to rename.")
          .required("to", &Self::to, "New name.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.rename_column { table = "orders", name = "note", to = "remark" })")
          .describe([](const Self& op) {
            return fmt::format("rename column \"{}\" of {} to \"{}\"", op.name, shown(op.schema, op.table), op.to);
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", quote_qualified(op.schema, op.table),
                               quote_identifier(op.name), quote_identifier(op.to));
          })
          .reverse([](const Self& op) {
            return Self{.schema = op.schema, .table = op.table, .name = op.to, .to = op.name};
          });
  return rename_column;
}

}  // namespace operations
