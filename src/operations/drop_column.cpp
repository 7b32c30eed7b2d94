// The operation op.drop_column: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/sql.hpp"
#include "operations/table_operations.hpp"

namespace operations {

const Definition<DropColumn>& DropColumn::definition() {
  using Self = DropColumn;
  static const auto drop_column =
      operation<Self>("drop_column",
                      "Drops a column, and says what PostgreSQL drops along with it: every constraint and index that "
                      "mentions the column goes without a word otherwise.")
          .required("table", &Self::table, "Table to alter.")
          .required("name", &Self::name, "Column to drop.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when the table has no such column.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it: foreign keys of other tables, views.")
          .example(R"(op.drop_column { table = "orders", name = "note" })")
          .describe([](const Self& op) {
            return fmt::format("drop column \"{}\" of {}", op.name, shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} DROP COLUMN{} {}{}", quote_qualified(op.schema, op.table),
                               if_exists_sql(op.if_exists), quote_identifier(op.name), cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            note_dropped_along(session, notes, fmt::format("drop_column {}.{}", op.table, op.name),
                               column_object(quote_qualified(op.schema, op.table), op.name), op.cascade);
          });
  return drop_column;
}

}  // namespace operations
