// The operation op.drop_trigger: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/trigger_operations.hpp"

namespace operations {

const Definition<DropTrigger>& DropTrigger::definition() {
  using Self = DropTrigger;
  static const auto drop_trigger =
      operation<Self>("drop_trigger", "Drops a trigger.")
          .required("table", &Self::table, "Table or view that it watches.")
          .required("name", &Self::name, "Trigger to drop.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such trigger.")
          .optional("cascade", &Self::cascade, "Also drops what depends on it.")
          .example(R"(op.drop_trigger { table = "orders", name = "audit" })")
          .describe([](const Self& op) {
            return fmt::format("drop trigger \"{}\" on {}", op.name, shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("DROP TRIGGER{} {} ON {}{}", if_exists_sql(op.if_exists), quote_identifier(op.name),
                               quote_qualified(op.schema, op.table), cascade_sql(op.cascade));
          });
  return drop_trigger;
}

}  // namespace operations
