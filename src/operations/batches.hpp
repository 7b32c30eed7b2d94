// The walk through a table in batches: a checkpoint that commits with each, and what happens between two of them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operations/batch_pace.hpp"
#include "operations/row_key.hpp"
#include "postgres/batched_work.hpp"

namespace operations {

/// A statement of many batches, in a prepared form: while its text stays the same, the server parses and plans it once.
class RepeatedStatement {
 public:
  /// SQL that executes it, to be sent in one message with other statements. `argument` is its $1, where it has one.
  std::string execute_sql(const std::string& statement, const std::string& argument = "");
  /// To be called after an error, which may have come before the server saw the statement or after.
  void forget() { text_.clear(); }
  /// Ends with "; "; empty where nothing is prepared.
  std::string deallocate_sql() const;

 private:
  std::string name_, text_;
};

/// Where a walk is: what the next batch needs to write its statements.
struct BatchStep {
  const postgres::BatchPlace& place;
  const RowKey& key;
  /// Key of the last row that was passed; nothing at the beginning of a sweep.
  std::optional<std::vector<std::string>> last;
  /// The same as expressions that read it from the checkpoint, so that a statement has one text for all batches.
  std::optional<std::vector<std::string>> kept_last;
  /// How many keys to take.
  long long size = 0;
  /// BEGIN, timeouts, and the fences: the migrator lock is held, the checkpoint is where this walk left it.
  std::string begin_sql;
  /// Quoted, and the condition that finds the walk's row in it.
  std::string checkpoint, condition;
  /// COMMIT, and the answer that BatchWalk reads.
  std::string commit_sql;
  /// For the statement that does the work.
  RepeatedStatement& repeated;
  /// Count the sessions that wait for rows of the batch; not worth its time where they do not wait long.
  bool counts_waiting = true;

  /// Moves the checkpoint: each is an SQL expression, `last` an array of texts or NULL.
  std::string advance_sql(const std::string& keys, const std::string& rows, const std::string& last_key) const;
};

/// Work that goes through one table by a unique key.
class TableBatches : public postgres::BatchedWork {
 public:
  std::string begin_sql(const postgres::BatchPlace& place, const std::string& run) const final;
  postgres::Result run(const postgres::BatchPlace& place) final;

  /// As people write it: "app.orders".
  virtual std::string table_name() const = 0;
  virtual RowKey find_key(postgres::Session& session) const = 0;
  virtual const Pace& pace() const = 0;
  /// SQL condition of the rows that are meant; empty for all.
  virtual const std::string& where() const = 0;
  /// Does a row that is done not match `where` any more? Rows that came behind the checkpoint are then swept up.
  virtual bool empties_where() const = 0;
  /// One transaction: takes the next keys, does its work on their rows, moves the checkpoint, commits. Answers with the
  /// result of commit_sql.
  virtual postgres::Result do_batch(const BatchStep& step) = 0;
};

/// The author's condition in parentheses; a line end closes a comment at the end of it.
std::string in_parentheses(const std::string& condition);

/// What the fences of a batch say when they fail; parts of the server's message.
inline constexpr const char* moved_checkpoint = "the checkpoint is not where this run left it";
inline constexpr const char* still_matches = "rows that were changed still match";

}  // namespace operations
