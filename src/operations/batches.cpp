// Between two batches: wishes of other sessions, lag, locks, size, progress; at the end of a sweep: what is left.
#include "operations/batches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "operations/batch_progress.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"
#include "revisions/checkpoint.hpp"

namespace operations {

using base::Error;
using postgres::BatchPlace;
using postgres::quote_literal;
using postgres::Result;
namespace code = base::code;

namespace {

/// Who waits for a batch waits no longer than it takes; nobody is given way for less, in milliseconds.
constexpr double worth_waiting_ms = 20;

/// Sweeps after which rows that still match are somebody else's doing.
constexpr int most_sweeps = 5;

void rest(long long milliseconds) {
  const base::Stopwatch waited;
  for (base::throw_if_interrupted();; base::throw_if_interrupted()) {
    const double left = static_cast<double>(milliseconds) - waited.milliseconds();
    if (left <= 0) return;
    base::clock().sleep(std::chrono::milliseconds(static_cast<long long>(std::min(left + 1, 100.0))));
  }
}

std::string new_statement_name() {
  static std::atomic<int> count = 0;
  return fmt::format("waxwing_batch_{}", ++count);
}

class BatchWalk {
 public:
  BatchWalk(TableBatches& work, const BatchPlace& place)
      : work_(work),
        place_(place),
        key_(work.find_key(place.connection)),
        table_(revisions::Checkpoints(place.ledger_schema).table()) {}

  Result run() {
    take_over();
    if (state_ == "done") return outcome();
    BatchProgress progress(place_.console, id_, work_.table_name(), count_.keys);
    BatchSize size(work_.pace(), count_.batch_rows);
    if (batches_ > 0)
      place_.console.info("batches", fmt::format("{}: going on behind {}, {} done", work_.table_name(),
                                                 last_ ? base::join(*last_, ", ") : "the last sweep",
                                                 base::count_of(count_.rows, "row")));
    try {
      for (;;) {
        obey(progress);
        throttle(progress);
        count_.batch_rows = size.rows();
        const long long before = count_.keys;
        one_batch(size);
        progress.show(count_);
        // Fewer keys than were asked for: the end of the table.
        if (count_.keys - before < count_.batch_rows && !sweep_again()) break;
        if (work_.pace().pause_ms > 0) rest(work_.pace().pause_ms);
      }
      query(
          fmt::format("{}UPDATE {} SET state = 'done', pid = NULL, rows_left = {}, at = pg_catalog.clock_timestamp() "
                      "WHERE {}",
                      fence_sql_.deallocate_sql() + work_sql_.deallocate_sql(), table_,
                      left_ ? std::to_string(*left_) : "NULL", condition()));
    } catch (Error& error) {
      const bool is_begun = batches_ > 0 || base::interrupt_signal() != 0;
      if (error.code() != code::connection_lost && error.state().empty() && is_begun) error.state(state_line());
      throw;
    }
    progress.done(count_, left_.value_or(0) > 0 ? fmt::format("done, {} still match,", *left_) : "done");
    return outcome();
  }

 private:
  Result query(const std::string& sql) { return place_.connection.query(sql); }
  std::string condition() const { return fmt::format("checkpoint = {}", id_); }

  /// ", last_key[1], last_key[2]"
  std::string last_key_sql() const {
    std::string sql;
    for (std::size_t i = 1; i <= key_.columns().size(); ++i) sql += fmt::format(", last_key[{}]", i);
    return sql;
  }

  /// They begin with this column of the result.
  void read_last_key(const Result& result, std::size_t column) {
    last_.emplace();
    for (std::size_t i = 0; i < key_.columns().size(); ++i) last_->push_back(result.text(0, column + i));
  }

  /// Reads the checkpoint, and says who is at work on it now.
  void take_over() {
    const std::string which = fmt::format("revision = {} AND direction = '{}' AND ordinal = {}",
                                          quote_literal(place_.revision), place_.direction, place_.ordinal);
    const Result found = query(fmt::format(
        "UPDATE {} SET state = CASE WHEN state = 'done' THEN state ELSE 'running' END, requested = NULL, pid = "
        "pg_catalog.pg_backend_pid(), resumed_at = pg_catalog.clock_timestamp(), resumed_keys = keys_passed, at = "
        "pg_catalog.clock_timestamp() WHERE {} RETURNING checkpoint, state, batches, keys_passed, rows_done, "
        "keys_expected, batch_rows, sweep, rows_before, rows_left, last_key IS NULL{}",
        table_, which, last_key_sql()));
    if (found.empty())
      throw Error(code::bad_batches, "the checkpoint of the backfill is gone")
          .because(fmt::format("{} has no row of statement {} of revision {}", table_, place_.ordinal, place_.revision))
          .advise(fmt::format("waxwing abandon {}    then the same command begins anew", place_.revision));
    id_ = found.integer(0, 0);
    state_ = found.text(0, 1);
    batches_ = found.integer(0, 2);
    count_.keys = found.integer(0, 3);
    count_.rows = found.integer(0, 4);
    if (!found.is_null(0, 5)) count_.expected = found.integer(0, 5);
    // A fixed size may be changed between two runs.
    count_.batch_rows = work_.pace().target_ms == 0 ? work_.pace().batch_rows : found.integer(0, 6);
    sweep_ = found.integer(0, 7);
    rows_before_ = found.integer(0, 8);
    if (!found.is_null(0, 9)) left_ = found.integer(0, 9);
    if (found.boolean(0, 10)) return;
    read_last_key(found, 11);
  }

  Result outcome() {
    return query(fmt::format("SELECT rows_done AS rows, COALESCE(rows_left, 0::bigint) AS left FROM {} WHERE {}",
                             table_, condition()));
  }

  /// Another session said `waxwing runs pause` or `cancel`.
  void obey(BatchProgress& progress) {
    if (requested_.empty()) return;
    if (requested_ == "pause") {
      progress.done(count_, "done, paused");
      place_.console.info("batches", fmt::format("waxwing runs resume {}    lets it go on", id_));
      query(fmt::format("UPDATE {} SET state = 'paused' WHERE {}", table_, condition()));
      while (requested_ == "pause") {
        rest(500);
        requested_ = query(fmt::format("SELECT requested FROM {} WHERE {}", table_, condition())).text(0, 0);
      }
      progress.restart(count_.keys);
      if (requested_.empty()) {
        query(
            fmt::format("UPDATE {} SET state = 'running', resumed_at = pg_catalog.clock_timestamp(), resumed_keys = "
                        "keys_passed WHERE {}",
                        table_, condition()));
        place_.console.info("batches", work_.table_name() + ": going on");
        return;
      }
    }
    query(fmt::format("UPDATE {} SET state = 'cancelled', requested = NULL WHERE {}", table_, condition()));
    throw Error(code::batches_cancelled, fmt::format("the backfill of {} was cancelled", work_.table_name()))
        .because(fmt::format("another session said: waxwing runs cancel {}", id_));
  }

  void throttle(BatchProgress& progress) {
    const Pace& pace = work_.pace();
    bool has_waited = false;
    const auto wait = [&](long long milliseconds, const std::string& why) {
      if (!std::exchange(has_waited, true))
        place_.console.info("batches", fmt::format("{}: waiting, {}", work_.table_name(), why));
      rest(milliseconds);
    };
    while (pace.max_lag_s > 0 && lag_s_ > static_cast<double>(pace.max_lag_s)) {
      wait(500, fmt::format("a standby is {:.0f} s behind", lag_s_));
      const Result lag = query("SELECT " + std::string(lag_sql));
      lag_s_ = lag.is_null(0, 0) ? 0 : std::stod(lag.text(0, 0));
    }
    if (pace.throttle)
      for (long long pause = pace.throttle(); pause > 0; pause = pace.throttle()) wait(pause, "throttle says so");
    if (has_waited) progress.restart(count_.keys);
  }

  /// Tries a batch until it is committed. What it waits for is given time, and fewer rows are tried.
  void one_batch(BatchSize& size) {
    const base::Stopwatch since_first;
    for (int tries = 1;; ++tries) {
      const BatchStep step = next_step(size.rows());
      const base::Stopwatch stopwatch;
      try {
        read(work_.do_batch(step), step);
        last_batch_ms_ = stopwatch.milliseconds();
        size.after(count_.keys - keys_before_, last_batch_ms_, waiting_ > 0);
        // Whoever waited has the rows now; let them finish before the next ones are taken.
        if (waiting_ > 0) rest(static_cast<long long>(last_batch_ms_));
        return;
      } catch (const postgres::SqlError& error) {
        work_sql_.forget();
        fence_sql_.forget();
        roll_back();
        if (!may_try_again(error, size, since_first.milliseconds(), tries)) throw clearer(error);
        count_.batch_rows = size.rows();
      } catch (const Error&) {
        roll_back();
        throw;
      }
    }
  }

  void roll_back() {
    const postgres::TransactionStatus status = place_.connection.transaction_status();
    if (status == postgres::TransactionStatus::idle || status == postgres::TransactionStatus::unknown) return;
    if (base::interrupt_signal() == 0) query("ROLLBACK");
  }

  bool may_try_again(const postgres::SqlError& error, BatchSize& size, double waited_ms, int tries) {
    const std::string& sqlstate = error.diagnostics().sqlstate;
    const bool is_lock = sqlstate == "55P03" || sqlstate == "40P01" || sqlstate == "40001";
    const bool is_slow = sqlstate == "57014";
    if (!is_lock && !is_slow) return false;
    if (is_slow && !size.shrink() && place_.statement_timeout > 0) return false;
    const double left = static_cast<double>(place_.retry_deadline) - waited_ms;
    if (left <= 0) {
      throw Error(code::lock_timeout,
                  fmt::format("a lock was not given to a batch of {} in {} and {}", work_.table_name(),
                              base::human_duration(waited_ms), base::count_of(tries, "try", "tries")))
          .because(error.cause())
          .advise("waxwing sessions    shows who holds it; or wait longer: retry_deadline_ms");
    }
    if (is_lock) size.shrink();
    if (tries == 1)
      place_.console.info("batches", fmt::format("{}: {}; trying again for up to {}", work_.table_name(),
                                                 is_lock ? "rows are locked by others" : "the batch takes too long",
                                                 base::human_duration(left)));
    rest(std::min<long long>(50LL << std::min(tries, 5), static_cast<long long>(left) + 1));
    return true;
  }

  Error clearer(const postgres::SqlError& error) const {
    const std::string& message = error.diagnostics().message;
    if (message.find(moved_checkpoint) != std::string::npos)
      return Error(code::bad_batches, std::string(moved_checkpoint))
          .because(fmt::format("another session changed {} while it was at work", table_))
          .advise("run the same command again");
    if (message.find(still_matches) != std::string::npos)
      return Error(code::batches_make_no_progress,
                   fmt::format("rows of {} still match after they were changed", work_.table_name()))
          .because("where = " + work_.where())
          .advise("let `where` be false as soon as `set` is done, or leave `where` out: then each row is done once");
    throw error;
  }

  static constexpr const char* lag_sql =
      "(SELECT EXTRACT(epoch FROM pg_catalog.max(replay_lag))::double precision FROM pg_catalog.pg_stat_replication)";

  BatchStep next_step(long long size) {
    BatchStep step{.place = place_,
                   .key = key_,
                   .last = last_,
                   .kept_last = {},
                   .size = size,
                   .begin_sql = "",
                   .checkpoint = table_,
                   .condition = condition(),
                   .commit_sql = "",
                   .repeated = work_sql_,
                   .counts_waiting = last_batch_ms_ >= worth_waiting_ms};
    if (last_) {
      step.kept_last.emplace();
      for (std::size_t i = 0; i < key_.columns().size(); ++i)
        step.kept_last->push_back(fmt::format("(SELECT last_key[{}]::{} FROM {} WHERE {})", i + 1,
                                              key_.columns()[i].type, table_, condition()));
    }
    // The estimate grows with the table, and compiling each batch just in time would take longer than the batch.
    step.begin_sql =
        fmt::format("BEGIN; SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}; SET LOCAL jit = off; {}; ",
                    place_.lock_timeout, place_.statement_timeout,
                    fence_sql_.execute_sql(
                        fmt::format("SELECT {}, CASE WHEN EXISTS (SELECT FROM {} WHERE {} AND batches = $1::bigint) "
                                    "THEN 'true' ELSE '{}' END::boolean",
                                    place_.fence_sql, table_, condition(), moved_checkpoint),
                        std::to_string(batches_)));
    step.commit_sql =
        fmt::format("COMMIT; SELECT batches, keys_passed, rows_done, requested, waiting, {}{} FROM {} WHERE {}",
                    work_.pace().max_lag_s > 0 ? lag_sql : "NULL", last_key_sql(), table_, condition());
    return step;
  }

  /// What the batch answered. It is committed.
  void read(const Result& result, const BatchStep& step) {
    if (result.empty() || result.integer(0, 0) != batches_ + 1)
      throw Error(code::bad_batches, std::string(moved_checkpoint))
          .because(fmt::format("{} does not show batch {}", step.checkpoint, batches_ + 1));
    batches_ = result.integer(0, 0);
    keys_before_ = count_.keys;
    count_.keys = result.integer(0, 1);
    count_.rows = result.integer(0, 2);
    requested_ = result.text(0, 3);
    waiting_ = result.integer(0, 4);
    lag_s_ = result.is_null(0, 5) ? 0 : std::stod(result.text(0, 5));
    ++place_.committed;
    if (count_.keys == keys_before_) return;
    read_last_key(result, 6);
  }

  /// Rows may have come behind the checkpoint, or been changed to match. True when the table is gone through again.
  bool sweep_again() {
    if (work_.where().empty()) return false;
    left_ =
        query(fmt::format("SELECT pg_catalog.count(*) FROM {} WHERE {}", key_.table(), in_parentheses(work_.where())))
            .integer(0, 0);
    if (*left_ == 0 || !work_.empties_where()) return false;
    if (count_.rows == rows_before_ && sweep_ > 1)
      throw Error(code::batches_make_no_progress, fmt::format("{} of {} match and cannot be changed",
                                                              base::count_of(*left_, "row"), work_.table_name()))
          .because(
              "the table was gone through once more, and none of them was changed: a trigger or a policy keeps "
              "them as they are")
          .advise("where = " + work_.where() + "    finds them");
    if (sweep_ >= most_sweeps)
      throw Error(code::batches_left_rows, fmt::format("{} of {} still match after {} sweeps",
                                                       base::count_of(*left_, "row"), work_.table_name(), sweep_))
          .because("others write such rows while the backfill runs")
          .advise("let the application write them as they should be, then run the same command again");
    place_.console.info("batches", fmt::format("{}: {} came meanwhile, going through it again", work_.table_name(),
                                               base::count_of(*left_, "row")));
    query(
        fmt::format("UPDATE {} SET last_key = NULL, sweep = sweep + 1, rows_before = rows_done, keys_passed = 0, "
                    "resumed_keys = 0, resumed_at = pg_catalog.clock_timestamp() WHERE {}",
                    table_, condition()));
    ++sweep_;
    last_.reset();
    rows_before_ = count_.rows;
    count_.keys = 0;
    return true;
  }

  std::string state_line() const {
    std::string text = fmt::format("{} of {} {} done and kept", base::count_of(count_.rows, "row"), work_.table_name(),
                                   count_.rows == 1 ? "is" : "are");
    if (count_.expected && *count_.expected > count_.keys)
      text += fmt::format(", {} to go", base::count_of(*count_.expected - count_.keys, "key"));
    return text + fmt::format("; revision {} is half done, and the same command goes on behind them", place_.revision);
  }

  TableBatches& work_;
  const BatchPlace& place_;
  const RowKey key_;
  const std::string table_;
  long long id_ = 0, batches_ = 0, sweep_ = 1, rows_before_ = 0, keys_before_ = 0, waiting_ = 0;
  std::string state_, requested_;
  /// Of the last batch that was committed; the first one is taken for a long one.
  double last_batch_ms_ = worth_waiting_ms;
  double lag_s_ = 0;
  BatchProgress::Count count_;
  std::optional<long long> left_;
  std::optional<std::vector<std::string>> last_;
  RepeatedStatement fence_sql_, work_sql_;
};

}  // namespace

std::string RepeatedStatement::execute_sql(const std::string& statement, const std::string& argument) {
  std::string sql;
  if (text_ != statement) {
    sql = deallocate_sql();
    name_ = new_statement_name();
    text_ = statement;
    sql += fmt::format("PREPARE {} AS {}; ", name_, text_);
  }
  return sql + "EXECUTE " + name_ + (argument.empty() ? "" : "(" + argument + ")");
}

std::string RepeatedStatement::deallocate_sql() const {
  return text_.empty() ? "" : fmt::format("DEALLOCATE {}; ", name_);
}

std::string in_parentheses(const std::string& condition) {
  return "(" + condition + (condition.find("--") == std::string::npos ? ")" : "\n)");
}

std::string BatchStep::advance_sql(const std::string& keys, const std::string& rows,
                                   const std::string& last_key) const {
  // Sessions that wait for rows of this transaction wait for its end.
  const char* waiting = counts_waiting
                            ? "(SELECT pg_catalog.count(*)::integer FROM pg_catalog.pg_locks l WHERE NOT l.granted AND "
                              "l.locktype = 'transactionid' AND l.transactionid = pg_catalog.pg_current_xact_id()::xid)"
                            : "0";
  return fmt::format(
      "UPDATE {} SET batches = batches + 1, keys_passed = keys_passed + {}, rows_done = rows_done + {}, last_key = "
      "COALESCE({}, last_key), batch_rows = {}, at = pg_catalog.clock_timestamp(), waiting = {} WHERE {}",
      checkpoint, keys, rows, last_key, size, waiting, condition);
}

std::string TableBatches::begin_sql(const BatchPlace& place, const std::string& run) const {
  const revisions::Checkpoints checkpoints(place.ledger_schema);
  const std::optional<long long> expected = estimated_rows(place.connection, find_key(place.connection).table());
  std::string create = checkpoints.create_sql(place.connection);
  if (!create.empty()) create += "; ";
  return create +
         fmt::format(
             "INSERT INTO {0} (revision, direction, ordinal, run, statement, table_name, keys_expected, batch_rows) "
             "VALUES ({1}, '{2}', {3}, {4}, {5}, {6}, {7}, {8}) ON CONFLICT (revision, direction, ordinal) DO UPDATE "
             "SET run = EXCLUDED.run, statement = EXCLUDED.statement, table_name = EXCLUDED.table_name, state = "
             "'running', requested = NULL, last_key = NULL, sweep = 1, batches = 0, keys_passed = 0, keys_expected = "
             "EXCLUDED.keys_expected, rows_done = 0, rows_before = 0, rows_left = NULL, batch_rows = "
             "EXCLUDED.batch_rows, started_at = EXCLUDED.started_at",
             checkpoints.table(), quote_literal(place.revision), place.direction, place.ordinal, quote_literal(run),
             quote_literal(statement()), quote_literal(table_name()), expected ? std::to_string(*expected) : "NULL",
             pace().batch_rows);
}

Result TableBatches::run(const BatchPlace& place) { return BatchWalk(*this, place).run(); }

}  // namespace operations
