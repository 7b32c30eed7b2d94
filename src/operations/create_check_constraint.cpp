// The operation op.create_check_constraint: its keys, its SQL and what undoes it.
#include "operations/constraint_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<CreateCheckConstraint>& CreateCheckConstraint::definition() {
  using Self = CreateCheckConstraint;
  static const auto create_check_constraint =
      operation<Self>("create_check_constraint", "Adds a check constraint.")
          .required("table", &Self::table, "Table to alter.")
          .include(&Self::check)
          .optional("not_valid", &Self::not_valid, "Leaves rows that exist unchecked until op.validate_constraint.")
          .optional("schema", &Self::schema, schema_doc)
          .example(
              R"(op.create_check_constraint { table = "orders", name = "ck_orders_total", expression = "total >= 0" })")
          .describe([](const Self& op) {
            return fmt::format("add check constraint {}to {}",
                               op.check.name.empty() ? "" : "\"" + op.check.name + "\" ", shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} ADD {}{}", quote_qualified(op.schema, op.table), to_sql(op.check),
                               when(op.not_valid, "NOT VALID"));
          })
          .reverse([](const Self& op) { return drop_of(op.schema, op.table, op.check.name); });
  return create_check_constraint;
}

}  // namespace operations
