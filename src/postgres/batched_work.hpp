// Work on many rows that is many transactions: it keeps its place in the database, and goes on from there.
#pragma once
#include <string>
#include <vector>

#include "base/console.hpp"
#include "postgres/session.hpp"

namespace postgres {

/// Where batched work is done, and what each of its transactions must carry.
struct BatchPlace {
  /// Outside of transactions; the work begins and commits its own on it.
  Session& connection;
  base::Console& console;
  std::string ledger_schema;
  /// Which statement of which migration it is: the key of its checkpoint. `direction` is "up" or "down".
  std::string revision, direction;
  int ordinal = 0;
  /// An expression that fails where the migrator lock was lost.
  std::string fence_sql;
  /// Milliseconds; `retry_deadline` is how long one batch is tried again after a lock timeout or a deadlock.
  long long lock_timeout = 5000, statement_timeout = 0, retry_deadline = 60000;
  /// Batches that this run committed, kept up to date by the work.
  long long& committed;
};

class BatchedWork {
 public:
  virtual ~BatchedWork() = default;

  /// What is done, as one SQL statement, for the journal, `plan` and records. The same work has the same text; how it
  /// is paced is no part of it.
  virtual std::string statement() const = 0;
  /// Refuses what cannot work, before anything is committed for it.
  virtual void prepare(Session&) const {}
  /// The statement that makes a fresh checkpoint; it travels with the journal's intent.
  virtual std::string begin_sql(const BatchPlace& place, const std::string& run) const = 0;
  /// Goes on from the checkpoint until all is done. Throws with a `state` that says how far it came.
  virtual Result run(const BatchPlace& place) = 0;
  /// On a session that only looks at what a script would do: sends what it would send, once.
  virtual void follow(Session& session) { session.query(statement()); }
  /// A plain loop that does the same without a checkpoint, for --sql. Throws code::needs_database where there is none.
  virtual std::vector<std::string> script() const = 0;
};

}  // namespace postgres
