// The operation op.refresh_materialized_view: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/view_operations.hpp"

namespace operations {

const Definition<RefreshMaterializedView>& RefreshMaterializedView::definition() {
  using Self = RefreshMaterializedView;
  static const auto refresh_materialized_view =
      operation<Self>("refresh_materialized_view", "Fills a materialized view anew.")
          .required("name", &Self::name, "View to refresh.")
          .optional("concurrently", &Self::concurrently, "Lets readers go on meanwhile; needs a unique index.")
          .optional("with_data", &Self::with_data, "false empties it; true when left out.")
          .optional("schema", &Self::schema, schema_doc)
          .check([](const Self& op) -> std::string {
            return op.concurrently && !op.with_data ? "concurrently goes with data only" : "";
          })
          .example(R"(op.refresh_materialized_view { name = "daily_sales" })")
          .describe([](const Self& op) { return "refresh materialized view " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("REFRESH MATERIALIZED VIEW{} {}{}", when(op.concurrently, "CONCURRENTLY"),
                               quote_qualified(op.schema, op.name), when(!op.with_data, "WITH NO DATA"));
          });
  return refresh_materialized_view;
}

}  // namespace operations
