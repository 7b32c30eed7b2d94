// The operation op.create_policy: its keys, its SQL and what undoes it.
#include "operations/policy_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

std::string to_statement(const CreatePolicy& op) {
  std::string sql = fmt::format("CREATE POLICY {} ON {}{}", quote_identifier(op.name),
                                quote_qualified(op.schema, op.table), when(op.restrictive, "AS RESTRICTIVE"));
  if (!op.command.empty()) sql += " FOR " + base::upper(op.command);
  if (!op.roles.empty()) sql += " TO " + role_list(op.roles);
  if (!op.using_expression.empty()) sql += " USING (" + op.using_expression + ")";
  if (!op.check.empty()) sql += " WITH CHECK (" + op.check + ")";
  return sql;
}

}  // namespace

const Definition<CreatePolicy>& CreatePolicy::definition() {
  using Self = CreatePolicy;
  static const auto create_policy =
      operation<Self>("create_policy", "Creates a row security policy; op.enable_row_security puts it in force.")
          .required("table", &Self::table, "Table that it guards.")
          .required("name", &Self::name, "Policy to create.")
          .optional("restrictive", &Self::restrictive,
                    "Rows must pass it in addition to the others, in place of passing any one.")
          .optional("command", &Self::command, "Command that it is for; all when left out.")
          .one_of({"all", "select", "insert", "update", "delete"})
          .optional("roles", &Self::roles, "Roles that it is for; everybody when left out.")
          .optional("using", &Self::using_expression, "SQL condition on rows that are read or changed.")
          .optional("check", &Self::check, "SQL condition on rows that are written.")
          .optional("schema", &Self::schema, schema_doc)
          .example(R"(op.create_policy { table = "orders", name = "own_orders", using = "owner = current_user" })")
          .describe([](const Self& op) {
            return fmt::format("create policy \"{}\" on {}", op.name, shown(op.schema, op.table));
          })
          .sql(to_statement)
          .reverse([](const Self& op) { return DropPolicy{.schema = op.schema, .table = op.table, .name = op.name}; });
  return create_policy;
}

}  // namespace operations
