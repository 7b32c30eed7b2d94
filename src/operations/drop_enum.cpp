// The operation op.drop_enum: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/sql.hpp"
#include "operations/type_operations.hpp"

namespace operations {

const Definition<DropEnum>& DropEnum::definition() {
  using Self = DropEnum;
  static const auto drop_enum =
      operation<Self>("drop_enum", "Drops an enum type.")
          .required("name", &Self::name, "Enum to drop.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such enum.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it, and says what that is.")
          .example(R"(op.drop_enum { name = "order_status" })")
          .describe([](const Self& op) { return "drop enum " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("DROP TYPE{} {}{}", if_exists_sql(op.if_exists), quote_qualified(op.schema, op.name),
                               cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (op.cascade)
              note_dropped_along(session, notes, "drop_enum " + op.name,
                                 type_object(quote_qualified(op.schema, op.name)), true);
          });
  return drop_enum;
}

}  // namespace operations
