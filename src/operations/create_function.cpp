// The operation op.create_function: its keys, its SQL and what undoes it.
#include "operations/routine_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

std::vector<std::string> first_words(const std::string& sql) {
  std::vector<std::string> words;
  for (const std::string& word :
       base::split(base::replace_all(base::replace_all(sql.substr(0, 200), "\n", " "), "\t", " "), ' '))
    if (!word.empty()) words.push_back(base::lower(word));
  words.resize(4);
  return words;
}

bool replaces(const std::string& sql) { return first_words(sql)[1] == "or"; }

/// "function" or "procedure"; empty when the text is something else.
std::string keyword(const CreateFunction& op) {
  const std::vector<std::string> words = first_words(op.sql);
  const std::string& word = words[1] == "or" ? words[3] : words[1];
  return words[0] == "create" && (word == "function" || word == "procedure") ? word : "";
}

}  // namespace

const Definition<CreateFunction>& CreateFunction::definition() {
  using Self = CreateFunction;
  static const auto create_function =
      operation<Self>("create_function", "Creates a function or procedure from its SQL text.")
          .required("sql", &Self::sql, "The whole `create [or replace] function ...` or `create procedure ...`.")
          .optional("name", &Self::name, "Its name, so that the creation can be undone.")
          .optional("arguments", &Self::arguments, "With name: its argument types.")
          .optional("schema", &Self::schema, "With name: its schema.")
          .check([](const Self& op) -> std::string {
            return keyword(op).empty() ? "sql: expected the text of a CREATE FUNCTION or CREATE PROCEDURE" : "";
          })
          .example(R"(op.create_function {
  name = "double",
  arguments = { "integer" },
  sql = [[
create function double(integer) returns integer language sql immutable as $$ select $1 * 2 $$]],
})")
          .describe([](const Self& op) {
            return fmt::format("create {}{}", keyword(op), op.name.empty() ? "" : " " + shown(op.schema, op.name));
          })
          .sql([](const Self& op) { return query_text(op.sql); })
          .reverse([](const Self& op) -> std::unique_ptr<Operation> {
            if (op.name.empty() || replaces(op.sql)) return nullptr;
            const auto inverse = [&op](auto drop) {
              drop.schema = op.schema, drop.name = op.name, drop.arguments = op.arguments;
              return make_operation(std::move(drop));
            };
            return keyword(op) == "procedure" ? inverse(DropProcedure()) : inverse(DropFunction());
          });
  return create_function;
}

}  // namespace operations
