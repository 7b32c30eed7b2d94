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

void HookSession::begin() {
  if (!reads_)
    throw base::Error(base::code::not_allowed,
                      fmt::format("plugin {} does not declare that it uses the database", plugin_.info().name))
        .advise("needs = { \"database\" }, or \"database-write\", in its plugin { ... }");
  if (!std::exchange(has_begun_, true)) connection_.query(writes_ ? "BEGIN" : "BEGIN READ ONLY");
}

postgres::Result HookSession::query(std::string_view sql, const postgres::Parameters& parameters) {
  begin();
  return connection_.query(sql, parameters);
}

std::vector<postgres::ResultColumn> HookSession::describe(std::string_view sql) {
  begin();
  return connection_.describe(sql);
}

std::uint64_t HookSession::copy_out(std::string_view sql, const postgres::CopySink& take) {
  begin();
  return connection_.copy_out(sql, take);
}

postgres::Result HookSession::run_unit(std::string_view,
                                       const std::function<postgres::Result(postgres::Session&)>& work) {
  begin();
  return work(connection_);
}

void HookSession::keep() {
  if (has_begun_ && writes_) connection_.query("COMMIT");
  if (writes_) has_begun_ = false;
}

}  // namespace migrate
