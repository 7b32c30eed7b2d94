// The operation op.drop_schema: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/schema_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<DropSchema>& DropSchema::definition() {
  using Self = DropSchema;
  static const auto drop_schema =
      operation<Self>("drop_schema", "Drops a schema; with cascade everything in it.")
          .required("name", &Self::name, "Schema to drop.")
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such schema.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it, and says what that is.")
          .example(R"(op.drop_schema { name = "billing" })")
          .describe([](const Self& op) { return "drop schema " + shown("", op.name); })
          .sql([](const Self& op) {
            return fmt::format("DROP SCHEMA{} {}{}", if_exists_sql(op.if_exists), quote_identifier(op.name),
                               cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (op.cascade)
              note_dropped_along(session, notes, "drop_schema " + op.name, schema_object(quote_identifier(op.name)),
                                 true);
          });
  return drop_schema;
}

}  // namespace operations
