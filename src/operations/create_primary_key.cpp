// The operation op.create_primary_key: its keys, its SQL and what undoes it.
#include "operations/constraint_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<CreatePrimaryKey>& CreatePrimaryKey::definition() {
  using Self = CreatePrimaryKey;
  static const auto create_primary_key =
      operation<Self>("create_primary_key", "Adds the primary key of a table.")
          .required("table", &Self::table, "Table to alter.")
          .include(&Self::key)
          .optional("schema", &Self::schema, schema_doc)
          .check([](const Self& op) { return op.key.problem(); })
          .example(R"(op.create_primary_key { table = "orders", columns = "id", name = "orders_pkey" })")
          .describe([](const Self& op) { return "add primary key to " + shown(op.schema, op.table); })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} ADD {}", quote_qualified(op.schema, op.table), primary_key_sql(op.key));
          })
          .reverse([](const Self& op) { return drop_of(op.schema, op.table, op.key.name); });
  return create_primary_key;
}

}  // namespace operations
