// Read-only unless the plugin declares that it writes.
#include "migrate/hook_session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace migrate {

HookSession::HookSession(postgres::Connection& connection, const script::Plugin& plugin)
    : connection_(connection), plugin_(plugin) {
  const auto& needs = plugin.info().needs;
  writes_ = std::find(needs.begin(), needs.end(), "database-write") != needs.end();
  reads_ = writes_ || std::find(needs.begin(), needs.end(), "database") != needs.end();
}

HookSession::~HookSession() {
  try {
    if (has_begun_ && connection_.is_alive()) connection_.query("ROLLBACK");
  } catch (const std::exception&) {
    // The connection is gone, and the transaction with it.
  }
}

postgres::Result HookSession::query(std::string_view sql, const postgres::Parameters& parameters) {
  if (!reads_)
    throw base::Error(base::code::not_allowed,
                      fmt::format("plugin {} does not declare that it uses the database", plugin_.info().name))
        .advise("needs = { \"database\" }, or \"database-write\", in its plugin { ... }");
  if (!std::exchange(has_begun_, true)) connection_.query(writes_ ? "BEGIN" : "BEGIN READ ONLY");
  return connection_.query(sql, parameters);
}

void HookSession::keep() {
  if (has_begun_ && writes_) connection_.query("COMMIT");
  if (writes_) has_begun_ = false;
}

}  // namespace migrate
