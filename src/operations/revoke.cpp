// The operation op.revoke: its keys, its SQL and what undoes it.
#include "operations/privilege_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<Revoke>& Revoke::definition() {
  using Self = Revoke;
  static const auto revoke =
      operation<Self>("revoke", "Takes privileges from roles.")
          .include(&Self::what)
          .required("from", &Self::roles, "Role, or list of roles; `public` is everybody.")
          .optional("grant_option", &Self::grant_option, "Takes only the right to pass it on.")
          .optional("cascade", &Self::cascade, "Also takes it from those it was passed on to.")
          .check([](const Self& op) { return op.roles.empty() ? "from: needs at least one role" : op.what.problem(); })
          .example(R"(op.revoke { privileges = "all", name = "orders", from = "public" })")
          .describe([](const Self& op) {
            return fmt::format("revoke {} from {}", base::join(op.what.privileges, ", "), base::join(op.roles, ", "));
          })
          .sql([](const Self& op) {
            return fmt::format("REVOKE{} {} FROM {}{}", when(op.grant_option, "GRANT OPTION FOR"), to_sql(op.what),
                               role_list(op.roles), cascade_sql(op.cascade));
          })
          .reverse([](const Self& op) -> std::optional<Grant> {
            if (op.cascade) return std::nullopt;
            return Grant{.what = op.what, .roles = op.roles, .grant_option = op.grant_option};
          });
  return revoke;
}

}  // namespace operations
