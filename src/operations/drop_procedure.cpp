// The operation op.drop_procedure: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/routine_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<DropProcedure>& DropProcedure::definition() {
  using Self = DropProcedure;
  static const auto drop_procedure =
      operation<Self>("drop_procedure", "Drops a procedure.")
          .required("name", &Self::name, "Procedure to drop.")
          .optional("arguments", &Self::arguments,
                    "Argument types; needed where several have this name. `{}` for none.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such procedure.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it, and says what that is.")
          .example(R"(op.drop_procedure { name = "archive", arguments = { "integer" } })")
          .describe([](const Self& op) { return "drop procedure " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("DROP PROCEDURE{} {}{}", if_exists_sql(op.if_exists),
                               routine_name(op.schema, op.name, op.arguments), cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (op.cascade)
              note_dropped_along(session, notes, "drop_procedure " + op.name,
                                 routine_object(routine_name(op.schema, op.name, op.arguments)), true);
          });
  return drop_procedure;
}

}  // namespace operations
