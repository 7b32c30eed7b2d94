// The operation op.create_view: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/view_operations.hpp"

namespace operations {

namespace {

std::vector<std::string> to_statements(const CreateView& op) {
  const std::string view = quote_qualified(op.schema, op.name);
  std::string sql =
      fmt::format("CREATE{}{} VIEW {}", when(op.or_replace, "OR REPLACE"), when(op.recursive, "RECURSIVE"), view);
  if (!op.columns.empty()) sql += " (" + quoted_list(op.columns) + ")";
  sql += storage_parameters(op.with) + " AS " + query_text(op.sql);
  if (!op.check_option.empty()) sql += " WITH " + base::upper(op.check_option) + " CHECK OPTION";
  std::vector<std::string> statements{sql};
  if (op.comment) statements.push_back(comment_on("VIEW " + view, op.comment));
  return statements;
}

}  // namespace

const Definition<CreateView>& CreateView::definition() {
  using Self = CreateView;
  static const auto create_view =
      operation<Self>("create_view", "Creates a view.")
          .required("name", &Self::name, "View to create.")
          .required("sql", &Self::sql, "Its query.")
          .optional("columns", &Self::columns, "Names of its columns; those of the query when left out.")
          .optional("or_replace", &Self::or_replace, "Replaces a view of this name that has the same columns.")
          .optional("recursive", &Self::recursive, "The query may name the view; needs columns.")
          .optional("with", &Self::with, "Options: `{ security_barrier = true, security_invoker = true }`.")
          .optional("check_option", &Self::check_option, "Rows written through the view must be visible in it.")
          .one_of({"local", "cascaded"})
          .optional("schema", &Self::schema, schema_doc)
          .optional("comment", &Self::comment, "Comment on the view.")
          .check([](const Self& op) -> std::string {
            if (!op.recursive) return {};
            if (op.columns.empty()) return "recursive needs columns";
            return op.check_option.empty() ? "" : "a recursive view has no check_option";
          })
          .example(R"(op.create_view { name = "open_orders", sql = "select * from orders where not sent" })")
          .describe([](const Self& op) { return "create view " + shown(op.schema, op.name); })
          .sql(to_statements)
          .reverse([](const Self& op) -> std::optional<DropView> {
            if (op.or_replace) return std::nullopt;
            return DropView{.schema = op.schema, .name = op.name};
          });
  return create_view;
}

}  // namespace operations
