// The operation op.drop_materialized_view: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/sql.hpp"
#include "operations/view_operations.hpp"

namespace operations {

const Definition<DropMaterializedView>& DropMaterializedView::definition() {
  using Self = DropMaterializedView;
  static const auto drop_materialized_view =
      operation<Self>("drop_materialized_view", "Drops a materialized view.")
          .required("name", &Self::name, "Materialized view to drop.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such materialized view.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it, and says what that is.")
          .example(R"(op.drop_materialized_view { name = "daily_sales" })")
          .describe([](const Self& op) { return "drop materialized view " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("DROP MATERIALIZED VIEW{} {}{}", if_exists_sql(op.if_exists),
                               quote_qualified(op.schema, op.name), cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (op.cascade)
              note_dropped_along(session, notes, "drop_materialized_view " + op.name,
                                 relation_object(quote_qualified(op.schema, op.name)), true);
          });
  return drop_materialized_view;
}

}  // namespace operations
