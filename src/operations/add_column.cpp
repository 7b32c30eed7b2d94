// The operation op.add_column: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/table_operations.hpp"

namespace operations {

namespace {

std::vector<std::string> to_statements(const AddColumn& op) {
  const std::string table = quote_qualified(op.schema, op.table);
  std::vector<std::string> statements{
      fmt::format("ALTER TABLE {} ADD COLUMN{} {}", table, if_not_exists_sql(op.if_not_exists), to_sql(op.column))};
  if (op.column.comment)
    statements.push_back(
        comment_on(fmt::format("COLUMN {}.{}", table, quote_identifier(op.column.name)), op.column.comment));
  return statements;
}

}  // namespace

const Definition<AddColumn>& AddColumn::definition() {
  using Self = AddColumn;
  static const auto add_column =
      operation<Self>("add_column", "Adds a column to a table.")
          .required("table", &Self::table, "Table to alter.")
          .include(&Self::column)
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_not_exists", &Self::if_not_exists, "Does nothing when the table has a column of this name.")
          .check([](const Self& op) { return op.column.problem(); })
          .example(
              R"(op.add_column { table = "orders", name = "note", type = "text", not_null = true, default = "''" })")
          .describe([](const Self& op) {
            return fmt::format("add column \"{}\" to {}", op.column.name, shown(op.schema, op.table));
          })
          .sql(to_statements)
          .reverse([](const Self& op) -> std::optional<DropColumn> {
            if (op.if_not_exists) return std::nullopt;
            return DropColumn{.schema = op.schema, .table = op.table, .name = op.column.name};
          });
  return add_column;
}

}  // namespace operations
