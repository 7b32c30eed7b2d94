// The operation op.alter_policy: its keys, its SQL and what undoes it.
#include "operations/policy_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

std::string to_statement(const AlterPolicy& op) {
  std::string sql =
      fmt::format("ALTER POLICY {} ON {}", quote_identifier(op.name), quote_qualified(op.schema, op.table));
  if (!op.roles.empty()) sql += " TO " + role_list(op.roles);
  if (!op.using_expression.empty()) sql += " USING (" + op.using_expression + ")";
  if (!op.check.empty()) sql += " WITH CHECK (" + op.check + ")";
  return sql;
}

}  // namespace

const Definition<AlterPolicy>& AlterPolicy::definition() {
  using Self = AlterPolicy;
  static const auto alter_policy =
      operation<Self>("alter_policy", "Changes the roles or conditions of a row security policy.")
          .required("table", &Self::table, "Table that it guards.")
          .required("name", &Self::name, "Policy to change.")
          .optional("roles", &Self::roles, "Roles that it is for.")
          .optional("using", &Self::using_expression, "SQL condition on rows that are read or changed.")
          .optional("check", &Self::check, "SQL condition on rows that are written.")
          .optional("schema", &Self::schema, schema_doc)
          .check([](const Self& op) -> std::string {
            return op.roles.empty() && op.using_expression.empty() && op.check.empty()
                       ? "nothing to change; give roles, using or check"
                       : "";
          })
          .example(R"(op.alter_policy { table = "orders", name = "own_orders", roles = "app" })")
          .describe([](const Self& op) {
            return fmt::format("alter policy \"{}\" on {}", op.name, shown(op.schema, op.table));
          })
          .sql(to_statement);
  return alter_policy;
}

}  // namespace operations
