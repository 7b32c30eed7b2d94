// The operation op.grant: its keys, its SQL and what undoes it.
#include "operations/privilege_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<Grant>& Grant::definition() {
  using Self = Grant;
  static const auto grant =
      operation<Self>("grant", "Gives privileges to roles.")
          .include(&Self::what)
          .required("to", &Self::roles, "Role, or list of roles; `public` is everybody.")
          .optional("grant_option", &Self::grant_option, "They may pass it on.")
          .check([](const Self& op) { return op.roles.empty() ? "to: needs at least one role" : op.what.problem(); })
          .example(R"(op.grant { privileges = { "select", "insert" }, name = "orders", to = "app" })")
          .describe([](const Self& op) {
            return fmt::format("grant {} to {}", base::join(op.what.privileges, ", "), base::join(op.roles, ", "));
          })
          .sql([](const Self& op) {
            return fmt::format("GRANT {} TO {}{}", to_sql(op.what), role_list(op.roles),
                               when(op.grant_option, "WITH GRANT OPTION"));
          })
          .reverse([](const Self& op) { return Revoke{.what = op.what, .roles = op.roles}; });
  return grant;
}

}  // namespace operations
