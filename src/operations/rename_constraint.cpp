// The operation op.rename_constraint: its keys, its SQL and what undoes it.
#include "operations/constraint_lookup.hpp"
#include "operations/constraint_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<RenameConstraint>& RenameConstraint::definition() {
  using Self = RenameConstraint;
  static const auto rename_constraint =
      operation<Self>("rename_constraint", "Renames a constraint, and the index that carries it.")
          .required("table", &Self::table, "Table to alter.")
          .required("name", &Self::name, "Constraint to rename.")
          .required("to", &Self::to, "New name.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.rename_constraint { table = "orders", name = "orders_check", to = "ck_orders_total" })")
          .describe([](const Self& op) {
            return fmt::format("rename constraint \"{}\" of {} to \"{}\"", op.name, shown(op.schema, op.table), op.to);
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", quote_qualified(op.schema, op.table),
                               quote_identifier(op.name), quote_identifier(op.to));
          })
          .before([](const Self& op, postgres::Session& session, Notes&) {
            require_constraint(session, "rename_constraint", op.schema, op.table, op.name);
          })
          .reverse([](const Self& op) {
            return Self{.schema = op.schema, .table = op.table, .name = op.to, .to = op.name};
          });
  return rename_constraint;
}

}  // namespace operations
