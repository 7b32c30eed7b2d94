// The operation op.create_table: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/table_operations.hpp"

namespace operations {

namespace {

std::vector<std::string> to_statements(const CreateTable& op) {
  std::vector<std::string> lines;
  for (const Column& column : op.columns) lines.push_back(to_sql(column));
  if (op.primary_key) lines.push_back(primary_key_sql(*op.primary_key));
  for (const Unique& unique : op.uniques) lines.push_back(to_sql(unique));
  for (const Check& check : op.checks) lines.push_back(to_sql(check));
  for (const ForeignKey& key : op.foreign_keys) lines.push_back(to_sql(key));
  for (const Exclude& exclude : op.excludes) lines.push_back(to_sql(exclude));
  const std::string table = quote_qualified(op.schema, op.name);
  std::string sql =
      fmt::format("CREATE{} TABLE{} {} (", when(op.unlogged, "UNLOGGED"), if_not_exists_sql(op.if_not_exists), table);
  if (!lines.empty()) sql += "\n  " + base::join(lines, ",\n  ") + "\n";
  sql += ")";
  if (!op.inherits.empty()) sql += " INHERITS (" + quoted_list(op.inherits) + ")";
  if (!op.partition_by.empty()) sql += " PARTITION BY " + op.partition_by;
  sql += storage_parameters(op.with);
  if (!op.tablespace.empty()) sql += " TABLESPACE " + quote_identifier(op.tablespace);
  std::vector<std::string> statements{sql};
  if (op.comment) statements.push_back(comment_on("TABLE " + table, op.comment));
  for (const Column& column : op.columns)
    if (column.comment)
      statements.push_back(comment_on("COLUMN " + table + "." + quote_identifier(column.name), column.comment));
  return statements;
}

}  // namespace

const Definition<CreateTable>& CreateTable::definition() {
  using Self = CreateTable;
  static const auto create_table =
      operation<Self>("create_table", "Creates a table.")
          .required("name", &Self::name, "Table to create.")
          .optional("schema", &Self::schema, schema_doc)
          .required("columns", &Self::columns, "Its columns; the same keys as op.add_column.")
          .optional("primary_key", &Self::primary_key,
                    "Primary key of several columns: `{ \"a\", \"b\" }`, or a table.")
          .optional("uniques", &Self::uniques, "Unique constraints: each a list of columns, or a table.")
          .optional("checks", &Self::checks, "Check constraints; text alone is the condition.")
          .optional("foreign_keys", &Self::foreign_keys, "Foreign keys; the same keys as op.create_foreign_key.")
          .optional("excludes", &Self::excludes, "Exclusion constraints.")
          .optional("inherits", &Self::inherits, "Parent tables.")
          .optional("partition_by", &Self::partition_by, "How it is partitioned: `range (created_at)`.")
          .optional("tablespace", &Self::tablespace, "Tablespace.")
          .optional("with", &Self::with, "Storage parameters: `{ fillfactor = 70 }`.")
          .optional("comment", &Self::comment, "Comment on the table.")
          .optional("unlogged", &Self::unlogged, "Not written to the write-ahead log: fast, and empty after a crash.")
          .optional("if_not_exists", &Self::if_not_exists, "Does nothing when a relation of this name exists.")
          .example(R"(op.create_table {
  name = "orders",
  columns = {
    { name = "id", type = "bigint", identity = "always", primary_key = true },
    { name = "customer_id", type = "bigint", references = { table = "customers", on_delete = "cascade" } },
    { name = "status", type = "text", not_null = true, default = "'draft'" },
  },
})")
          .describe([](const Self& op) { return "create table " + shown(op.schema, op.name); })
          .sql(to_statements)
          .reverse([](const Self& op) -> std::optional<DropTable> {
            if (op.if_not_exists) return std::nullopt;
            return DropTable{.schema = op.schema, .name = op.name};
          });
  return create_table;
}

}  // namespace operations
