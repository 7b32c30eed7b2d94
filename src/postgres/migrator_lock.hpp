// One migrator at a time for each database and ledger.
#pragma once
#include <chrono>
#include <functional>
#include <string>

#include "postgres/connection.hpp"
#include "postgres/sql_error.hpp"

namespace postgres {

/// Held by the session, so it is free again when the process dies. Released by the destructor.
class MigratorLock {
 public:
  /// Who holds the lock ("pid 4711, application ..."); empty when it is free.
  static std::string holder(Connection& connection, const std::string& ledger_schema);
  /// Takes the lock by pg_try_advisory_lock, outside any transaction, polled with jitter for at most `wait`; never a
  /// blocking call, which would deadlock with a concurrent index build. `on_wait` is told the holder once, when waiting
  /// starts. Throws code::lock_busy with the holder's pid, application and start time. Source: PostgreSQL
  /// documentation 9.27.10.
  static MigratorLock take(Connection& connection, const std::string& ledger_schema, std::chrono::milliseconds wait,
                           const std::function<void(const std::string& holder)>& on_wait = {});
  ~MigratorLock();
  MigratorLock(MigratorLock&& other) noexcept;
  MigratorLock& operator=(MigratorLock&&) = delete;

  /// An SQL expression that is true where this backend holds the lock, and raises an error otherwise: the fence of each
  /// step, at its BEGIN and again at its COMMIT.
  const std::string& fence_sql() const { return fence_; }
  /// Was it the fence that raised this error?
  static bool is_lost(const SqlError& error);

 private:
  MigratorLock(Connection& connection, std::string fence, int key1, int key2);
  Connection* connection_;
  std::string fence_;
  int key1_, key2_;
};

}  // namespace postgres
