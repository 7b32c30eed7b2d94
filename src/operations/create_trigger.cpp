// The operation op.create_trigger: its keys, its SQL and what undoes it.
#include <algorithm>

#include "operations/sql.hpp"
#include "operations/trigger_operations.hpp"

namespace operations {

namespace {

std::string to_statement(const CreateTrigger& op) {
  std::string events;
  for (const std::string& event : op.events) {
    events += (events.empty() ? "" : " OR ") + base::upper(event);
    if (event == "update" && !op.update_of.empty()) events += " OF " + quoted_list(op.update_of);
  }
  std::string sql = fmt::format("CREATE{}{} TRIGGER {} {} {} ON {}", when(op.or_replace, "OR REPLACE"),
                                when(op.constraint, "CONSTRAINT"), quote_identifier(op.name), base::upper(op.timing),
                                events, quote_qualified(op.schema, op.table));
  sql += deferral(op.deferrable, op.initially_deferred);
  if (!op.old_table.empty() || !op.new_table.empty()) sql += " REFERENCING";
  if (!op.old_table.empty()) sql += " OLD TABLE AS " + quote_identifier(op.old_table);
  if (!op.new_table.empty()) sql += " NEW TABLE AS " + quote_identifier(op.new_table);
  if (!op.for_each.empty()) sql += " FOR EACH " + base::upper(op.for_each);
  if (!op.condition.empty()) sql += " WHEN (" + op.condition + ")";
  std::string arguments;
  for (const std::string& argument : op.arguments)
    arguments += (arguments.empty() ? "" : ", ") + quote_literal(argument);
  return sql + fmt::format(" EXECUTE FUNCTION {}({})", quote_qualified(op.function_schema, op.function), arguments);
}

std::string problem_of(const CreateTrigger& op) {
  const auto fires_on = [&op](const char* event) {
    return std::find(op.events.begin(), op.events.end(), event) != op.events.end();
  };
  if (op.events.empty()) return "events: needs at least one";
  for (const std::string& event : op.events)
    if (std::count(op.events.begin(), op.events.end(), event) > 1) return "events: \"" + event + "\" is there twice";
  if (!op.update_of.empty() && !fires_on("update")) return "update_of goes with the event \"update\"";
  if (!op.constraint) return op.deferrable || op.initially_deferred ? "deferrable goes with constraint = true" : "";
  if (op.timing != "after" || op.for_each != "row")
    return "a constraint trigger has timing = \"after\" and for_each = \"row\"";
  if (op.or_replace) return "a constraint trigger cannot be replaced; drop it first";
  return op.old_table.empty() && op.new_table.empty() ? "" : "a constraint trigger has no old_table and new_table";
}

}  // namespace

const Definition<CreateTrigger>& CreateTrigger::definition() {
  using Self = CreateTrigger;
  static const auto create_trigger =
      operation<Self>("create_trigger", "Creates a trigger.")
          .required("table", &Self::table, "Table or view that it watches.")
          .required("name", &Self::name, "Trigger to create.")
          .required("timing", &Self::timing, "When it fires.")
          .one_of({"before", "after", "instead of"})
          .required("events", &Self::events, "What it fires on.")
          .one_of({"insert", "update", "delete", "truncate"})
          .optional("update_of", &Self::update_of, "Fires on an update of these columns only.")
          .optional("for_each", &Self::for_each, "Once per row or once per statement; statement when left out.")
          .one_of({"row", "statement"})
          .optional("when", &Self::condition, "SQL condition with OLD and NEW.")
          .required("execute", &Self::function, "Function to call.")
          .optional("execute_schema", &Self::function_schema, "Schema of the function.")
          .optional("arguments", &Self::arguments, "Texts that the function gets as TG_ARGV.")
          .optional("old_table", &Self::old_table, "Name for the rows before, in the function.")
          .optional("new_table", &Self::new_table, "Name for the rows after, in the function.")
          .optional("constraint", &Self::constraint, "A constraint trigger: it can be deferred.")
          .optional("deferrable", &Self::deferrable, "With constraint: can be put off to the end of the transaction.")
          .optional("initially_deferred", &Self::initially_deferred, "With constraint: is put off.")
          .optional("or_replace", &Self::or_replace, "Replaces a trigger of this name.")
          .optional("schema", &Self::schema, schema_doc)
          .check(problem_of)
          .example(
              R"(op.create_trigger {
  table = "orders",
  name = "audit",
  timing = "after",
  events = { "insert", "update" },
  for_each = "row",
  execute = "write_audit",
})")
          .describe([](const Self& op) {
            return fmt::format("create trigger \"{}\" on {}", op.name, shown(op.schema, op.table));
          })
          .sql(to_statement)
          .reverse([](const Self& op) -> std::optional<DropTrigger> {
            if (op.or_replace) return std::nullopt;
            return DropTrigger{.schema = op.schema, .table = op.table, .name = op.name};
          });
  return create_trigger;
}

}  // namespace operations
