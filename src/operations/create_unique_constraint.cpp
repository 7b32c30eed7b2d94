// The operation op.create_unique_constraint: its keys, its SQL and what undoes it.
#include "operations/constraint_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<CreateUniqueConstraint>& CreateUniqueConstraint::definition() {
  using Self = CreateUniqueConstraint;
  static const auto create_unique_constraint =
      operation<Self>("create_unique_constraint", "Adds a unique constraint.")
          .required("table", &Self::table, "Table to alter.")
          .include(&Self::unique)
          .optional("schema", &Self::schema, schema_doc)
          .check([](const Self& op) { return op.unique.problem(); })
          .example(
              R"(op.create_unique_constraint {
  table = "users",
  columns = { "tenant_id", "email" },
  name = "uq_users_email",
})")
          .describe([](const Self& op) {
            return fmt::format("add unique constraint {}to {}",
                               op.unique.key.name.empty() ? "" : "\"" + op.unique.key.name + "\" ",
                               shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} ADD {}", quote_qualified(op.schema, op.table), to_sql(op.unique));
          })
          .reverse([](const Self& op) { return drop_of(op.schema, op.table, op.unique.key.name); });
  return create_unique_constraint;
}

}  // namespace operations
