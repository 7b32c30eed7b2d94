// The operation op.create_exclude_constraint: its keys, its SQL and what undoes it.
#include "operations/constraint_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<CreateExcludeConstraint>& CreateExcludeConstraint::definition() {
  using Self = CreateExcludeConstraint;
  static const auto create_exclude_constraint =
      operation<Self>("create_exclude_constraint", "Adds an exclusion constraint: no two rows may overlap, say.")
          .required("table", &Self::table, "Table to alter.")
          .include(&Self::exclude)
          .optional("schema", &Self::schema, schema_doc)
          .check([](const Self& op) -> std::string {
            return op.exclude.elements.empty() ? "elements: needs at least one" : "";
          })
          .example(
              R"(op.create_exclude_constraint {
  table = "bookings",
  name = "ex_bookings_during",
  method = "gist",
  elements = { { name = "during", with = "&&" } },
})")
          .describe([](const Self& op) {
            return fmt::format("add exclusion constraint {}to {}",
                               op.exclude.name.empty() ? "" : "\"" + op.exclude.name + "\" ",
                               shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} ADD {}", quote_qualified(op.schema, op.table), to_sql(op.exclude));
          })
          .reverse([](const Self& op) { return drop_of(op.schema, op.table, op.exclude.name); });
  return create_exclude_constraint;
}

}  // namespace operations
