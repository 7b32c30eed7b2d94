// The operation op.disable_trigger: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/trigger_operations.hpp"

namespace operations {

const Definition<DisableTrigger>& DisableTrigger::definition() {
  using Self = DisableTrigger;
  static const auto disable_trigger =
      operation<Self>("disable_trigger", "Keeps a trigger from firing.")
          .required("table", &Self::table, "Table that it watches.")
          .required("name", &Self::name,
                    "Trigger; `all` and `user` are PostgreSQL's words for all of them and all but the internal ones.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.disable_trigger { table = "orders", name = "audit" })")
          .describe([](const Self& op) {
            return fmt::format("disable trigger \"{}\" of {}", op.name, shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} DISABLE TRIGGER {}", quote_qualified(op.schema, op.table),
                               trigger_name(op.name));
          })
          .reverse(
              [](const Self& op) { return EnableTrigger{.schema = op.schema, .table = op.table, .name = op.name}; });
  return disable_trigger;
}

}  // namespace operations
