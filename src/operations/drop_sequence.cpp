// The operation op.drop_sequence: its keys, its SQL and what undoes it.
#include "operations/dropped_along.hpp"
#include "operations/sequence_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<DropSequence>& DropSequence::definition() {
  using Self = DropSequence;
  static const auto drop_sequence =
      operation<Self>("drop_sequence", "Drops a sequence.")
          .required("name", &Self::name, "Sequence to drop.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such sequence.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it, and says what that is.")
          .example(R"(op.drop_sequence { name = "invoice_number" })")
          .describe([](const Self& op) { return "drop sequence " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("DROP SEQUENCE{} {}{}", if_exists_sql(op.if_exists), quote_qualified(op.schema, op.name),
                               cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (op.cascade)
              note_dropped_along(session, notes, "drop_sequence " + op.name,
                                 relation_object(quote_qualified(op.schema, op.name)), true);
          });
  return drop_sequence;
}

}  // namespace operations
