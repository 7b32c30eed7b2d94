// The operation op.drop_domain: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/sql.hpp"
#include "operations/type_operations.hpp"

namespace operations {

const Definition<DropDomain>& DropDomain::definition() {
  using Self = DropDomain;
  static const auto drop_domain =
      operation<Self>("drop_domain", "Drops a domain.")
          .required("name", &Self::name, "Domain to drop.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such domain.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it, and says what that is.")
          .example(R"(op.drop_domain { name = "email" })")
          .describe([](const Self& op) { return "drop domain " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("DROP DOMAIN{} {}{}", if_exists_sql(op.if_exists), quote_qualified(op.schema, op.name),
                               cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (op.cascade)
              note_dropped_along(session, notes, "drop_domain " + op.name,
                                 type_object(quote_qualified(op.schema, op.name)), true);
          });
  return drop_domain;
}

}  // namespace operations
