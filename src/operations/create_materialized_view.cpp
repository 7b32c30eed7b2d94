// The operation op.create_materialized_view: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/view_operations.hpp"

namespace operations {

namespace {

std::vector<std::string> to_statements(const CreateMaterializedView& op) {
  const std::string view = quote_qualified(op.schema, op.name);
  std::string sql = fmt::format("CREATE MATERIALIZED VIEW{} {}", if_not_exists_sql(op.if_not_exists), view);
  if (!op.columns.empty()) sql += " (" + quoted_list(op.columns) + ")";
  sql += storage_parameters(op.with);
  if (!op.tablespace.empty()) sql += " TABLESPACE " + quote_identifier(op.tablespace);
  sql += " AS " + query_text(op.sql) + when(!op.with_data, "WITH NO DATA");
  std::vector<std::string> statements{sql};
  if (op.comment) statements.push_back(comment_on("MATERIALIZED VIEW " + view, op.comment));
  return statements;
}

}  // namespace

const Definition<CreateMaterializedView>& CreateMaterializedView::definition() {
  using Self = CreateMaterializedView;
  static const auto create_materialized_view =
      operation<Self>("create_materialized_view", "Creates a materialized view and fills it.")
          .required("name", &Self::name, "View to create.")
          .required("sql", &Self::sql, "Its query.")
          .optional("columns", &Self::columns, "Names of its columns; those of the query when left out.")
          .optional("with_data", &Self::with_data, "Fills it now; true when left out.")
          .optional("with", &Self::with, "Storage parameters: `{ fillfactor = 70 }`.")
          .optional("tablespace", &Self::tablespace, "Tablespace.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_not_exists", &Self::if_not_exists, "Does nothing when there is a relation of this name.")
          .optional("comment", &Self::comment, "Comment on the view.")
          .example(
              R"(op.create_materialized_view {
  name = "daily_sales",
  sql = "select day, sum(total) from orders group by day",
})")
          .describe([](const Self& op) { return "create materialized view " + shown(op.schema, op.name); })
          .sql(to_statements)
          .reverse([](const Self& op) -> std::optional<DropMaterializedView> {
            if (op.if_not_exists) return std::nullopt;
            return DropMaterializedView{.schema = op.schema, .name = op.name};
          });
  return create_materialized_view;
}

}  // namespace operations
