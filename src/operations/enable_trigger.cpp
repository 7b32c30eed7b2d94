// The operation op.enable_trigger: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/trigger_operations.hpp"

namespace operations {

const Definition<EnableTrigger>& EnableTrigger::definition() {
  using Self = EnableTrigger;
  static const auto enable_trigger =
      operation<Self>("enable_trigger", "Lets a trigger fire again.")
          .required("table", &Self::table, "Table that it watches.")
          .required("name", &Self::name,
                    "Trigger; `all` and `user` are PostgreSQL's words for all of them and all but the internal ones.")
          .optional("mode", &Self::mode, "Fire also, or only, in a session that replicates.")
          .one_of({"always", "replica"})
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.enable_trigger { table = "orders", name = "audit" })")
          .describe([](const Self& op) {
            return fmt::format("enable trigger \"{}\" of {}", op.name, shown(op.schema, op.table));
          })
          .sql([](const Self& op) {
            return fmt::format("ALTER TABLE {} ENABLE{} TRIGGER {}", quote_qualified(op.schema, op.table),
                               when(!op.mode.empty(), base::upper(op.mode)), trigger_name(op.name));
          })
          .reverse([](const Self& op) -> std::optional<DisableTrigger> {
            if (!op.mode.empty()) return std::nullopt;
            return DisableTrigger{.schema = op.schema, .table = op.table, .name = op.name};
          });
  return enable_trigger;
}

}  // namespace operations
