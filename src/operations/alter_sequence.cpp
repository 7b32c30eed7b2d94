// The operation op.alter_sequence: its keys, its SQL and what undoes it.
#include "operations/sequence_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<AlterSequence>& AlterSequence::definition() {
  using Self = AlterSequence;
  static const auto alter_sequence =
      operation<Self>("alter_sequence", "Changes a sequence.")
          .required("name", &Self::name, "Sequence to change.")
          .include(&Self::options)
          .optional("restart", &Self::restart, "The next value.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such sequence.")
          .check([](const Self& op) -> std::string {
            return to_sql(op.options).empty() && !op.restart ? "nothing to change" : "";
          })
          .example(R"(op.alter_sequence { name = "invoice_number", restart = 5000 })")
          .describe([](const Self& op) { return "alter sequence " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("ALTER SEQUENCE{} {}{}{}", if_exists_sql(op.if_exists),
                               quote_qualified(op.schema, op.name), to_sql(op.options),
                               op.restart ? fmt::format(" RESTART WITH {}", *op.restart) : "");
          });
  return alter_sequence;
}

}  // namespace operations
