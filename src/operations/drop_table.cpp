// The operation op.drop_table: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/sql.hpp"
#include "operations/table_operations.hpp"

namespace operations {

const Definition<DropTable>& DropTable::definition() {
  using Self = DropTable;
  static const auto drop_table =
      operation<Self>("drop_table", "Drops a table, and says what PostgreSQL drops along with it.")
          .required("name", &Self::name, "Table to drop.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such table.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it: foreign keys of other tables, views.")
          .example(R"(op.drop_table { name = "books" })")
          .describe([](const Self& op) { return "drop table " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("DROP TABLE{} {}{}", if_exists_sql(op.if_exists), quote_qualified(op.schema, op.name),
                               cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            note_dropped_along(session, notes, "drop_table " + op.name,
                               relation_object(quote_qualified(op.schema, op.name)), op.cascade);
          });
  return drop_table;
}

}  // namespace operations
