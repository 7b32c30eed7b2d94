// The operation op.validate_constraint: its keys, its SQL and what undoes it.
#include "operations/constraint_lookup.hpp"
#include "operations/constraint_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<ValidateConstraint>& ValidateConstraint::definition() {
  using Self = ValidateConstraint;
  static const auto validate_constraint =
      operation<Self>("validate_constraint",
                      "Checks the rows that a constraint with not_valid left unchecked; writers go on meanwhile.")
          .required("table", &Self::table, "Table to check.")
          .required("name", &Self::name, "Constraint to validate.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.validate_constraint { table = "orders", name = "fk_orders_customer" })")
          .describe([](const Self& op) {
            return fmt::format("validate constraint \"{}\" of {}", op.name, shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {}", quote_qualified(op.schema, op.table),
                               quote_identifier(op.name));
          })
          .before([](const Self& op, postgres::Session& session, Notes&) {
            require_constraint(session, "validate_constraint", op.schema, op.table, op.name);
          });
  return validate_constraint;
}

}  // namespace operations
