// A database under the migrator lock: connection, ledger, journal, what is applied; and how it comes back when the
// connection is lost.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "migrate/project.hpp"
#include "postgres/migrator_lock.hpp"
#include "revisions/journal.hpp"
#include "revisions/ledger.hpp"

namespace migrate {

class LockedDatabase {
 public:
  /// Connects, takes the lock, makes the ledger when `create_ledger`, reads it.
  LockedDatabase(Project& project, base::Console& console, bool create_ledger = true);

  postgres::Connection& connection() { return *connection_; }
  /// False while a lost connection could not be made again.
  bool is_connected() const { return connection_ && connection_->is_alive(); }
  const revisions::Ledger& ledger() const { return ledger_; }
  const revisions::Journal& journal() const { return journal_; }
  const std::vector<revisions::LedgerRow>& rows() const { return rows_; }
  revisions::Applied applied() const { return revisions::applied_ids(rows_); }
  /// Statements of half-done migrations.
  const std::vector<revisions::JournalRow>& journal_rows() const { return journal_rows_; }
  void read_journal() { journal_rows_ = journal_.read(*connection_); }
  /// The fence of each step; see MigratorLock.
  const std::string& fence_sql() const { return lock_->fence_sql(); }

  /// After a lost connection: connects again, takes the lock (the barrier: the old session is gone) and reads the
  /// ledger, for at most reconnect_s seconds. Throws the last error then, and code::outcome_unknown when another server
  /// answers.
  void reconnect();
  /// The same; throws code::outcome_unknown with `what` when it does not come back. `state` says what may be true then.
  void reconnect_or_give_up(const std::string& what, const std::string& state);

  /// Runs `look` on a fresh connection: what everybody sees after a commit. It may be run more than once, and is tried
  /// for reconnect_s seconds.
  void look_again(const std::function<void(postgres::Connection&)>& look) const;

  /// Runs `action`, which must be safe to repeat, and runs it again on a new connection when the connection is lost.
  template <class Action>
  void with_reconnect(Action action) {
    for (int losses = 0;; ++losses) {
      try {
        return action();
      } catch (const base::Error& error) {
        if (error.code() != base::code::connection_lost || losses == most_losses) throw;
        reconnect();
      }
    }
  }
  /// A connection that is lost this often in one place is lost because of what is done there.
  static constexpr int most_losses = 4;

 private:
  void open();
  double reconnect_deadline_ms() const;
  Project* project_;
  base::Console* console_;
  bool create_ledger_;
  revisions::Ledger ledger_;
  revisions::Journal journal_;
  std::unique_ptr<postgres::Connection> connection_;
  std::unique_ptr<postgres::MigratorLock> lock_;
  std::vector<revisions::LedgerRow> rows_;
  std::vector<revisions::JournalRow> journal_rows_;
  std::string server_identity_;
};

}  // namespace migrate
