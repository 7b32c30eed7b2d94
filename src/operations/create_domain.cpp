// The operation op.create_domain: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/type_operations.hpp"

namespace operations {

namespace {

std::vector<std::string> to_statements(const CreateDomain& op) {
  const std::string domain = quote_qualified(op.schema, op.name);
  std::string sql = fmt::format("CREATE DOMAIN {} AS {}", domain, op.type);
  if (!op.collation.empty()) sql += " COLLATE " + quote_identifier(op.collation);
  if (op.default_value) sql += " DEFAULT " + op.default_value->sql;
  sql += when(op.not_null, "NOT NULL");
  for (const Check& check : op.checks) sql += " " + to_sql(check);
  std::vector<std::string> statements{sql};
  if (op.comment) statements.push_back(comment_on("DOMAIN " + domain, op.comment));
  return statements;
}

}  // namespace

const Definition<CreateDomain>& CreateDomain::definition() {
  using Self = CreateDomain;
  static const auto create_domain =
      operation<Self>("create_domain", "Creates a domain: a type with conditions.")
          .required("name", &Self::name, "Domain to create.")
          .required("type", &Self::type, "SQL type underneath.")
          .optional("not_null", &Self::not_null, "Rejects nulls.")
          .optional("default", &Self::default_value, "SQL expression; a text with its quotes.")
          .optional("collation", &Self::collation, "Collation.")
          .optional("checks", &Self::checks, "Conditions on VALUE; text alone is the condition.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("comment", &Self::comment, "Comment on the domain.")
          .example(R"(op.create_domain { name = "email", type = "text", checks = { "VALUE ~ '@'" } })")
          .describe([](const Self& op) { return "create domain " + shown(op.schema, op.name); })
          .sql(to_statements)
          .reverse([](const Self& op) { return DropDomain{.schema = op.schema, .name = op.name}; });
  return create_domain;
}

}  // namespace operations
