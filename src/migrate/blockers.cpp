// Asks pg_blocking_pids every few milliseconds; a step that tries again waits too shortly to be asked afterwards.
#include "migrate/blockers.hpp"

#include <exception>

#include "postgres/connection.hpp"

namespace migrate {

BlockerWatch::BlockerWatch(const postgres::Url& url, int pid) : thread_([this, url, pid] { watch(url, pid); }) {}

BlockerWatch::~BlockerWatch() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::string BlockerWatch::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void BlockerWatch::watch(const postgres::Url& url, int pid) {
  try {
    postgres::ConnectOptions options;
    options.for_migration = options.runs_scripts = false;
    options.read_only = true;
    const auto connection = postgres::Connection::open(url, options);
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, std::chrono::milliseconds(20), [this] { return ends_; })) {
      lock.unlock();
      const postgres::Result found = connection->query(
          "SELECT pg_catalog.string_agg(pg_catalog.format('pid %s (user \"%s\", application \"%s\", %s for %s s)', "
          "a.pid, a.usename, a.application_name, COALESCE(a.state, 'running'), "
          "COALESCE(pg_catalog.round(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::numeric), 0)), "
          "', ') FROM pg_catalog.pg_stat_activity a WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1::integer))",
          {{std::to_string(pid)}});
      lock.lock();
      if (!found.is_null(0, 0)) seen_ = found.text(0, 0);
    }
  } catch (const std::exception&) {
    // Knowing who blocks is a courtesy; the step itself reports what went wrong.
  }
}

std::string advice_about_blocker(const std::string& blocker) {
  // The first one: behind it stand names that others have chosen.
  constexpr std::string_view before = "pid ";
  const std::size_t end = blocker.find_first_not_of("0123456789", before.size());
  if (!blocker.starts_with(before) || end == std::string::npos)
    return "waxwing sessions    lists who is connected, waxwing doctor what else may hold locks; or wait longer: "
           "retry_deadline_ms";
  return "select pg_terminate_backend(" + blocker.substr(before.size(), end - before.size()) +
         ")    ends it; or wait longer: retry_deadline_ms";
}

}  // namespace migrate
