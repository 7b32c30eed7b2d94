// The operation op.create_enum: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/type_operations.hpp"

namespace operations {

namespace {

std::vector<std::string> to_statements(const CreateEnum& op) {
  std::string values;
  for (const std::string& value : op.values) values += (values.empty() ? "" : ", ") + quote_literal(value);
  const std::string type = quote_qualified(op.schema, op.name);
  std::vector<std::string> statements{fmt::format("CREATE TYPE {} AS ENUM ({})", type, values)};
  if (op.comment) statements.push_back(comment_on("TYPE " + type, op.comment));
  return statements;
}

}  // namespace

const Definition<CreateEnum>& CreateEnum::definition() {
  using Self = CreateEnum;
  static const auto create_enum =
      operation<Self>("create_enum", "Creates an enum type.")
          .required("name", &Self::name, "Type to create.")
          .required("values", &Self::values, "Its values, in their order.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("comment", &Self::comment, "Comment on the type.")
          .example(R"(op.create_enum { name = "order_status", values = { "draft", "paid", "sent" } })")
          .describe([](const Self& op) { return "create enum " + shown(op.schema, op.name); })
          .sql(to_statements)
          .reverse([](const Self& op) { return DropEnum{.schema = op.schema, .name = op.name}; });
  return create_enum;
}

}  // namespace operations
