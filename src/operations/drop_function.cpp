// The operation op.drop_function: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/routine_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<DropFunction>& DropFunction::definition() {
  using Self = DropFunction;
  static const auto drop_function =
      operation<Self>("drop_function", "Drops a function.")
          .required("name", &Self::name, "Function to drop.")
          .optional("arguments", &Self::arguments,
                    "Argument types; needed where several have this name. `{}` for none.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such function.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it, and says what that is.")
          .example(R"(op.drop_function { name = "double", arguments = { "integer" } })")
          .describe([](const Self& op) { return "drop function " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("DROP FUNCTION{} {}{}", if_exists_sql(op.if_exists),
                               routine_name(op.schema, op.name, op.arguments), cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (op.cascade)
              note_dropped_along(session, notes, "drop_function " + op.name,
                                 routine_object(routine_name(op.schema, op.name, op.arguments)), true);
          });
  return drop_function;
}

}  // namespace operations
