// The operation op.create_sequence: its keys, its SQL and what undoes it.
#include "operations/sequence_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<CreateSequence>& CreateSequence::definition() {
  using Self = CreateSequence;
  static const auto create_sequence =
      operation<Self>("create_sequence", "Creates a sequence.")
          .required("name", &Self::name, "Sequence to create.")
          .include(&Self::options)
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_not_exists", &Self::if_not_exists, "Does nothing when there is a relation of this name.")
          .example(R"(op.create_sequence { name = "invoice_number", start = 1000 })")
          .describe([](const Self& op) { return "create sequence " + shown(op.schema, op.name); })
          .sql([](const Self& op) {
            return fmt::format("CREATE SEQUENCE{} {}{}", if_not_exists_sql(op.if_not_exists),
                               quote_qualified(op.schema, op.name), to_sql(op.options));
          })
          .reverse([](const Self& op) -> std::optional<DropSequence> {
            if (op.if_not_exists) return std::nullopt;
            return DropSequence{.schema = op.schema, .name = op.name};
          });
  return create_sequence;
}

}  // namespace operations
