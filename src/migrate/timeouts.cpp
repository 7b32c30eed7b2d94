// Layers the timeouts.
#include "migrate/timeouts.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

std::string Timeouts::set_local_sql(bool for_rows) const {
  return fmt::format("SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}", for_rows ? row_lock : lock,
                     for_rows ? row_statement : statement);
}

Timeouts timeouts_of(const Project& project, const script::Migration& migration) {
  const auto setting = [&](const char* key, long long least) {
    long long value = project.config().integer(key);
    const base::Value* own = migration.metadata().find(key);
    if (own) {
      const std::int64_t* number = own->get_if<std::int64_t>();
      if (!number)
        throw Error(code::bad_header,
                    fmt::format("{} must be an integer (milliseconds), got {}", key, own->type_name()))
            .at(migration.header().path);
      value = *number;
    }
    if (value >= least) return value;
    Error error(own ? code::bad_header : code::bad_config,
                fmt::format("{} must be at least {}, got {}", key, least, value));
    if (least > 0) error.because("a statement that waits for a lock without limit holds up everyone behind it");
    throw error.at(own ? migration.header().path : project.config().file());
  };
  Timeouts timeouts;
  timeouts.lock = setting("lock_timeout_ms", 1);
  timeouts.statement = setting("statement_timeout_ms", 0);
  timeouts.row_lock = setting("row_lock_timeout_ms", 1);
  timeouts.row_statement = setting("row_statement_timeout_ms", 0);
  timeouts.retry_deadline = setting("retry_deadline_ms", 0);
  return timeouts;
}

}  // namespace migrate
