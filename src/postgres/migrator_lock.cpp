// Advisory locks are per database, so the key is a constant of waxwing's and a hash of the ledger's schema.
#include "postgres/migrator_lock.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"

namespace postgres {

namespace {

/// "waxw" in ASCII.
constexpr int lock_class = 0x77617877;

/// What the fence says when it is false; the server quotes it in its message, in whatever language that is.
constexpr std::string_view lost_lock = "this session does not hold the lock of waxwing";

/// FNV-1a: stable over versions and machines, which std::hash is not.
int hash_of(const std::string& text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return static_cast<int>(hash & 0x7fffffff);
}

std::string holder_of(Connection& connection, int key1, int key2) {
  const Result found = connection.query(
      fmt::format("SELECT l.pid, a.application_name, a.usename, pg_catalog.to_char(a.backend_start, "
                  "'YYYY-MM-DD HH24:MI:SS'), a.client_addr "
                  "FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = "
                  "l.pid WHERE l.locktype = 'advisory' AND l.granted "
                  "AND l.classid = '{}' AND l.objid = '{}' AND l.objsubid = 2 AND l.database = (SELECT "
                  "oid FROM pg_catalog.pg_database WHERE datname = "
                  "pg_catalog.current_database())",
                  key1, key2));
  if (found.empty()) return {};
  std::string text = fmt::format("pid {}", found.value(0, 0));
  if (!found.value(0, 1).empty()) text += fmt::format(", application \"{}\"", found.value(0, 1));
  if (!found.is_null(0, 2)) text += fmt::format(", user \"{}\"", found.value(0, 2));
  if (!found.is_null(0, 3)) text += fmt::format(", connected since {} UTC", found.value(0, 3));
  return text;
}

std::string named(std::string holder) { return holder.empty() ? "a session that has just ended" : holder; }

}  // namespace

MigratorLock::MigratorLock(Connection& connection, std::string fence, int key1, int key2)
    : connection_(&connection), fence_(std::move(fence)), key1_(key1), key2_(key2) {}

MigratorLock::MigratorLock(MigratorLock&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      fence_(std::move(other.fence_)),
      key1_(other.key1_),
      key2_(other.key2_) {}

MigratorLock::~MigratorLock() {
  if (!connection_ || !connection_->is_alive()) return;
  try {
    connection_->query(fmt::format("SELECT pg_catalog.pg_advisory_unlock({}, {})", key1_, key2_));
  } catch (const std::exception&) {
    // Closing the session frees the lock as well.
  }
}

std::string MigratorLock::holder(Connection& connection, const std::string& ledger_schema) {
  return holder_of(connection, lock_class, hash_of(ledger_schema));
}

bool MigratorLock::is_lost(const SqlError& error) {
  return error.diagnostics().message.find(lost_lock) != std::string::npos;
}

MigratorLock MigratorLock::take(Connection& connection, const std::string& ledger_schema,
                                std::chrono::milliseconds wait,
                                const std::function<void(const std::string&)>& on_wait) {
  const int key = hash_of(ledger_schema);
  const std::string try_sql = fmt::format("SELECT pg_catalog.pg_try_advisory_lock({}, {})", lock_class, key);
  // A cast that cannot be done makes a false fence an error inside the caller's own message, and one that says why. A
  // script may have put other operators first in the search_path, so each is named with its schema.
  const std::string fence = fmt::format(
      "CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype OPERATOR(pg_catalog.=) 'advisory' AND granted "
      "AND classid OPERATOR(pg_catalog.=) '{}'::pg_catalog.oid AND objid OPERATOR(pg_catalog.=) '{}'::pg_catalog.oid "
      "AND objsubid OPERATOR(pg_catalog.=) 2::smallint AND pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()) "
      "THEN 'true' ELSE '{}' END::boolean",
      lock_class, key, lost_lock);
  const base::Stopwatch waited;
  std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<int> pause_ms(20, 80);
  bool told = false;
  while (!connection.query(try_sql).boolean(0, 0)) {
    if (waited.milliseconds() >= static_cast<double>(wait.count()))
      throw base::Error(base::code::lock_busy, "another migrator is at work on this database")
          .because("the lock is held by " + named(holder_of(connection, lock_class, key)))
          .advise("wait for it to finish, or wait longer: --lock-wait 300")
          .state("nothing was changed");
    if (!told && on_wait) on_wait(named(holder_of(connection, lock_class, key)));
    told = true;
    base::throw_if_interrupted();
    base::clock().sleep(std::chrono::milliseconds(pause_ms(random)));
  }
  return MigratorLock(connection, fence, lock_class, key);
}

}  // namespace postgres
