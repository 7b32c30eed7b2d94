// The operation op.drop_extension: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/schema_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<DropExtension>& DropExtension::definition() {
  using Self = DropExtension;
  static const auto drop_extension =
      operation<Self>("drop_extension", "Removes an extension and its objects.")
          .required("name", &Self::name, "Extension to drop.")
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such extension.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it, and says what that is.")
          .example(R"(op.drop_extension { name = "pg_trgm" })")
          .describe([](const Self& op) { return "drop extension " + shown("", op.name); })
          .sql([](const Self& op) {
            return fmt::format("DROP EXTENSION{} {}{}", if_exists_sql(op.if_exists), quote_identifier(op.name),
                               cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (op.cascade)
              note_dropped_along(session, notes, "drop_extension " + op.name, extension_object(op.name), true);
          });
  return drop_extension;
}

}  // namespace operations
