// The operation op.drop_policy: its keys, its SQL and what undoes it.
#include "operations/policy_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<DropPolicy>& DropPolicy::definition() {
  using Self = DropPolicy;
  static const auto drop_policy =
      operation<Self>("drop_policy", "Drops a row security policy.")
          .required("table", &Self::table, "Table that it guards.")
          .required("name", &Self::name, "Policy to drop.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such policy.")
          .example(R"(op.drop_policy { table = "orders", name = "own_orders" })")
          .describe([](const Self& op) {
            return fmt::format("drop policy \"{}\" on {}", op.name, shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("DROP POLICY{} {} ON {}", if_exists_sql(op.if_exists), quote_identifier(op.name),
                               quote_qualified(op.schema, op.table));
          });
  return drop_policy;
}

}  // namespace operations
