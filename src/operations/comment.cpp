// The operation op.comment: its keys, its SQL and what undoes it.
#include "operations/privilege_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

bool is_of_table(const std::string& kind) {
  return kind == "column" || kind == "constraint" || kind == "trigger" || kind == "policy" || kind == "rule";
}

bool is_without_schema(const std::string& kind) {
  return kind == "schema" || kind == "extension" || kind == "database" || kind == "role" || kind == "event trigger" ||
         kind == "publication" || kind == "server" || kind == "language";
}

bool takes_arguments(const std::string& kind) {
  return kind == "function" || kind == "procedure" || kind == "aggregate";
}

std::string problem_of(const Comment& op) {
  if (is_of_table(op.on) && op.table.empty()) return fmt::format("missing key \"table\": the table of the {}", op.on);
  if (!is_of_table(op.on) && !op.table.empty()) return fmt::format("table does not go with on = \"{}\"", op.on);
  if (is_without_schema(op.on) && !op.schema.empty()) return fmt::format("schema does not go with on = \"{}\"", op.on);
  if (op.arguments && !takes_arguments(op.on)) return fmt::format("arguments does not go with on = \"{}\"", op.on);
  if (op.on == "aggregate" && (!op.arguments || op.arguments->empty()))
    return "missing key \"arguments\": the types of the aggregate; \"*\" for none";
  return {};
}

std::string object(const Comment& op) {
  const std::string kind = base::upper(op.on);
  if (op.on == "column")
    return fmt::format("COLUMN {}.{}", quote_qualified(op.schema, op.table), quote_identifier(op.name));
  if (is_of_table(op.on))
    return fmt::format("{} {} ON {}", kind, quote_identifier(op.name), quote_qualified(op.schema, op.table));
  if (is_without_schema(op.on)) return fmt::format("{} {}", kind, quote_identifier(op.name));
  return fmt::format("{} {}", kind, routine_name(op.schema, op.name, op.arguments));
}

}  // namespace

const Definition<Comment>& Comment::definition() {
  using Self = Comment;
  static const auto comment =
      operation<Self>("comment", "Sets the comment of an object of any kind.")
          .required("on", &Self::on, "Kind of object.")
          .one_of({"table",      "column",        "index",     "constraint",  "view",          "materialized view",
                   "sequence",   "function",      "procedure", "aggregate",   "trigger",       "policy",
                   "rule",       "type",          "domain",    "schema",      "extension",     "collation",
                   "statistics", "foreign table", "server",    "publication", "event trigger", "language",
                   "role",       "database"})
          .required("name", &Self::name, "Object.")
          .required("text", &Self::text, "The comment; db.null removes it.")
          .optional("table", &Self::table, "Table of a column, constraint, trigger, policy or rule.")
          .optional("arguments", &Self::arguments, "With a function: its argument types.")
          .optional("schema", &Self::schema, schema_doc)
          .check(problem_of)
          .example(
              R"(op.comment { on = "column", table = "orders", name = "note", text = "What the customer wrote." })")
          .describe([](const Self& op) { return fmt::format("comment on {} \"{}\"", op.on, op.name); })
          .sql([](const Self& op) { return comment_on(object(op), *op.text); });
  return comment;
}

}  // namespace operations
