// The operation op.create_index: its keys, its SQL and what undoes it.
#include "operations/index_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

std::string name_of(const CreateIndex& op) {
  if (!op.name.empty()) return op.name;
  Names columns;
  for (const IndexColumn& column : op.columns) columns.push_back(column.name);
  return index_name(op.table, columns);
}

std::vector<std::string> to_statements(const CreateIndex& op) {
  std::string sql =
      fmt::format("CREATE{} INDEX{}{} {} ON{} {}{} ({})", when(op.unique, "UNIQUE"),
                  when(op.concurrently, "CONCURRENTLY"), if_not_exists_sql(op.if_not_exists),
                  quote_identifier(name_of(op)), when(op.only, "ONLY"), quote_qualified(op.schema, op.table),
                  op.method.empty() ? "" : " USING " + quote_identifier(op.method), to_sql(op.columns));
  if (!op.include.empty()) sql += " INCLUDE (" + quoted_list(op.include) + ")";
  sql += when(op.nulls_not_distinct, "NULLS NOT DISTINCT") + storage_parameters(op.with);
  if (!op.tablespace.empty()) sql += " TABLESPACE " + quote_identifier(op.tablespace);
  if (!op.where.empty()) sql += " WHERE " + op.where;
  std::vector<std::string> statements{sql};
  if (op.comment) statements.push_back(comment_on("INDEX " + quote_qualified(op.schema, name_of(op)), op.comment));
  return statements;
}

std::string problem_of(const CreateIndex& op) {
  if (op.columns.empty()) return "columns: an index needs at least one";
  for (const IndexColumn& column : op.columns)
    if (!column.expression.empty() && op.name.empty())
      return "missing key \"name\": an index on an expression needs one";
  if (op.nulls_not_distinct && !op.unique) return "nulls_not_distinct goes with unique = true";
  return {};
}

}  // namespace

const Definition<CreateIndex>& CreateIndex::definition() {
  using Self = CreateIndex;
  static const auto create_index =
      operation<Self>("create_index", "Creates an index; without a name it is called ix_<table>_<columns>.")
          .required("table", &Self::table, "Table to index.")
          .required("columns", &Self::columns, "Columns; a table for an expression, an order or an operator class.")
          .optional("name", &Self::name, "Name of the index.")
          .optional("unique", &Self::unique, "No two rows may have the same key.")
          .optional("method", &Self::method, "Index method: btree, hash, gin, gist, brin ...")
          .optional("include", &Self::include, "Columns kept in the index without being part of the key.")
          .optional("where", &Self::where, "SQL condition: only these rows are in the index.")
          .optional("nulls_not_distinct", &Self::nulls_not_distinct, "Two nulls count as equal (PostgreSQL 15).")
          .optional("concurrently", &Self::concurrently, "Lets writers go on meanwhile; cannot run in a transaction.")
          .optional("with", &Self::with, "Storage parameters: `{ fillfactor = 70 }`.")
          .optional("tablespace", &Self::tablespace, "Tablespace.")
          .optional("only", &Self::only, "Leaves out the partitions of the table.")
          .optional("comment", &Self::comment, "Comment on the index.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_not_exists", &Self::if_not_exists, "Does nothing when a relation of this name exists.")
          .check(problem_of)
          .needs_no_transaction([](const Self& op) { return op.concurrently; })
          .example(
              R"(op.create_index {
  table = "orders",
  columns = { "customer_id", { name = "created_at", order = "desc" } },
})")
          .describe([](const Self& op) {
            return fmt::format("create index \"{}\" on {}", name_of(op), shown(op.schema, op.table));
          })
          .sql(to_statements)
          .reverse([](const Self& op) -> std::optional<DropIndex> {
            if (op.if_not_exists) return std::nullopt;
            return DropIndex{.schema = op.schema, .name = name_of(op), .concurrently = op.concurrently};
          });
  return create_index;
}

}  // namespace operations
