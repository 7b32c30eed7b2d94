// The operation op.drop_constraint: its keys, its SQL and what undoes it.
#include "operations/constraint_lookup.hpp"
#include "operations/constraint_operations.hpp"
#include "operations/dropped_along.hpp"
#include "operations/sql.hpp"

namespace operations {

std::optional<DropConstraint> drop_of(const Text& schema, const Text& table, const Text& name) {
  if (name.empty()) return std::nullopt;
  return DropConstraint{.schema = schema, .table = table, .name = name};
}

const Definition<DropConstraint>& DropConstraint::definition() {
  using Self = DropConstraint;
  static const auto drop_constraint =
      operation<Self>("drop_constraint",
                      "Drops a constraint of any kind by its name; a wrong name is answered with the list of names.")
          .required("table", &Self::table, "Table to alter.")
          .required("name", &Self::name, "Constraint to drop.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such constraint.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it: foreign keys that need the key.")
          .example(R"(op.drop_constraint { table = "orders", name = "ck_orders_total" })")
          .describe([](const Self& op) {
            return fmt::format("drop constraint \"{}\" of {}", op.name, shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} DROP CONSTRAINT{} {}{}", quote_qualified(op.schema, op.table),
                               if_exists_sql(op.if_exists), quote_identifier(op.name), cascade_sql(op.cascade));
          })
          .before([](const Self& op, postgres::Session& session, Notes& notes) {
            if (!op.if_exists) require_constraint(session, "drop_constraint", op.schema, op.table, op.name);
            if (op.cascade)
              note_dropped_along(session, notes, fmt::format("drop_constraint {}.{}", op.table, op.name),
                                 constraint_object(quote_qualified(op.schema, op.table), op.name), true);
          });
  return drop_constraint;
}

}  // namespace operations
