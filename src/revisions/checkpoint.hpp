// The checkpoints of batched work, in a table of the ledger's schema.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace revisions {

/// Batched work as it was recorded, for people.
struct Checkpoint {
  long long id = 0;
  std::string revision, direction, statement, table;
  /// "running", "paused", "cancelled", "done"; and what was asked for: "pause", "cancel" or nothing.
  std::string state, requested;
  long long keys_passed = 0, rows_done = 0;
  std::optional<long long> keys_expected;
  /// Since it was begun or went on.
  double keys_per_s = 0;
  int sweep = 1;
  std::string started_at, at;
  /// Does a session that holds the migrator lock work on it?
  bool is_under_way = false;

  /// Nothing where it cannot be known.
  std::optional<double> seconds_left() const;
};

class Checkpoints {
 public:
  explicit Checkpoints(const std::string& ledger_schema);

  /// Quoted, with its schema.
  const std::string& table() const { return table_; }
  /// The statement that makes the table where it is missing; empty where it is there. Asks the database.
  std::string create_sql(postgres::Session& session) const;
  /// All that is not done and not forgotten, oldest first; nothing without the table.
  std::vector<Checkpoint> read(postgres::Session& session) const;
  /// Asks the session at work for "pause" or "cancel"; an empty wish lets it go on. Throws code::no_such_batches,
  /// code::batches_not_running.
  Checkpoint request(postgres::Session& session, const std::string& id, const std::string& wish) const;

 private:
  std::string schema_, table_, journal_;
};

}  // namespace revisions
