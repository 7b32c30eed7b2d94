// Runs the steps of a plan against a database, by the protocol that leaves nothing half done.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "postgres/migrator_lock.hpp"
#include "revisions/ledger.hpp"
#include "revisions/target.hpp"

namespace migrate {

struct RunOptions {
  /// "upgrade", "downgrade", "stamp".
  std::string command;
  /// As the user typed it.
  std::string target;
  /// Report every failing pre-flight check, not the first only.
  bool all_checks = false;
};

struct RunSummary {
  std::string from, to;
  std::size_t steps = 0;
  double milliseconds = 0;
};

/// A database under the migrator lock: connection, ledger, what is applied.
class LockedDatabase {
 public:
  /// Connects, takes the lock, makes the ledger when `create_ledger`, reads it.
  LockedDatabase(Project& project, base::Console& console, bool create_ledger = true);

  postgres::Connection& connection() { return *connection_; }
  const revisions::Ledger& ledger() const { return ledger_; }
  const std::vector<revisions::LedgerRow>& rows() const { return rows_; }
  revisions::Applied applied() const { return revisions::applied_ids(rows_); }
  /// The fence of each step; see MigratorLock.
  const std::string& fence_sql() const { return lock_->fence_sql(); }
  /// After a lost connection: connects again, takes the lock (the barrier: the old session is gone) and reads the
  /// ledger.
  void reconnect();

 private:
  void open();
  Project* project_;
  base::Console* console_;
  bool create_ledger_;
  revisions::Ledger ledger_;
  std::unique_ptr<postgres::Connection> connection_;
  std::unique_ptr<postgres::MigratorLock> lock_;
  std::vector<revisions::LedgerRow> rows_;
};

/// Runs `steps` in order. Each transactional step is one transaction; the ledger row commits with the change.
/// Throws the first failure, with `state` saying where the database is now.
RunSummary run_steps(Project& project, LockedDatabase& database, const std::vector<revisions::Step>& steps,
                     const RunOptions& options, base::Console& console);

/// Refuses a plan that cannot work before the database is touched: irreversible steps, downgrades that are missing,
/// edited files.
void refuse_impossible(Project& project, const std::vector<revisions::Step>& steps);
/// Throws code::file_edited when an applied file no longer has the text that was applied; the message names the files.
void refuse_edited(Project& project, const std::vector<revisions::LedgerRow>& rows);

/// "1294713df196", "a, b" for several, "base" for none.
std::string position(const revisions::Graph& graph, const revisions::Applied& applied);
/// "Running upgrade 1294713df196 -> 72e10c4c221a, migrate books", as Alembic says it.
std::string step_line(const revisions::Step& step);

}  // namespace migrate
