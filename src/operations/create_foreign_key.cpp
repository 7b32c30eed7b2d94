// The operation op.create_foreign_key: its keys, its SQL and what undoes it.
#include "operations/constraint_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<CreateForeignKey>& CreateForeignKey::definition() {
  using Self = CreateForeignKey;
  static const auto create_foreign_key =
      operation<Self>("create_foreign_key", "Adds a foreign key.")
          .required("table", &Self::table, "Table that references another.")
          .include(&Self::key)
          .optional("schema", &Self::schema, schema_doc)
          .check([](const Self& op) { return op.key.problem(); })
          .example(
              R"(op.create_foreign_key {
  table = "orders",
  columns = "customer_id",
  references = "customers",
  on_delete = "cascade",
})")
          .describe([](const Self& op) {
            return fmt::format("add foreign key {} of {} to {}", shown_columns(op.key.columns),
                               shown(op.schema, op.table), shown(op.key.references.schema, op.key.references.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} ADD {}", quote_qualified(op.schema, op.table), to_sql(op.key));
          })
          .reverse([](const Self& op) {
            const bool named = !op.key.name.empty();
            return DropForeignKey{.schema = op.schema,
                                  .table = op.table,
                                  .name = op.key.name,
                                  .columns = named ? Names() : op.key.columns,
                                  .references = named ? Text() : op.key.references.table};
          });
  return create_foreign_key;
}

}  // namespace operations
