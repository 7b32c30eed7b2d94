// The protocol of a step: begin, settings and fence in one message; effect; verify; ledger row and COMMIT in one
// message. A step whose connection is lost, or that is not given a lock, is tried again from its start.
#include "migrate/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "migrate/checks.hpp"
#include "migrate/lock_wait.hpp"
#include "migrate/preflight.hpp"
#include "migrate/record_json.hpp"
#include "migrate/remedies.hpp"
#include "migrate/run_observer.hpp"
#include "migrate/step_script.hpp"
#include "migrate/step_session.hpp"
#include "postgres/session_settings.hpp"
#include "postgres/sql_text.hpp"

namespace migrate {

using base::Error;
using postgres::TransactionStatus;
using revisions::Direction;
using revisions::Revision;
using revisions::Step;
namespace code = base::code;

namespace {

/// What is known of a step while it is tried, and tried again.
struct Attempt {
  bool has_passed_preflight = false;
  /// A value added to an enum is used later in the same migration.
  bool commits_enum_values = false;
  Timeouts timeouts;
  /// Statements that are committed although the step is not done; what was at work when the error came.
  std::size_t committed = 0;
  std::string at_work;
  bool has_intent = false;
  /// Batches that the last try committed.
  long long batches = 0;
};

class Run {
 public:
  Run(Project& project, LockedDatabase& database, const RunOptions& options, base::Console& console)
      : project_(project),
        database_(database),
        options_(options),
        console_(console),
        observers_(observers_of(project, console)) {
    start_ = {base::random_uuid(), options.command, options.target, base::host_name(), options.detail};
    read_applied();
  }

  RunSummary execute(const std::vector<Step>& steps) {
    const base::Stopwatch stopwatch;
    RunSummary summary;
    summary.from = position();
    refuse_other_half_done(steps);
    database_.with_reconnect([this] { start(); });
    try {
      observers_.before_run({start_.run, options_.command, options_.target, steps, summary.from},
                            database_.connection());
      for (const Step& step : steps)
        script::check_syntax(project_.absolute(step.revision->path), step.revision->path,
                             step.direction == Direction::up, database_.connection().server_version());
      for (const Step& step : steps) {
        has_begun_ = is_kept_ = false;
        base::throw_if_interrupted();
        run_step(step);
        ++summary.steps;
      }
    } catch (Error& error) {
      if (auto* refused = dynamic_cast<postgres::SqlError*>(&error)) advise(*refused, idle_session());
      if (error.state().empty()) error.state(state_after_failure(steps[summary.steps]));
      tell([&] { observers_.on_error(error, has_begun_ ? &steps[summary.steps] : nullptr); });
      finish(base::is_interrupt(error) ? "interrupted" : "failed", record_json(base::to_json(error)));
      complete(summary, stopwatch);
      tell(
          [&] { observers_.after_run(summary, &error, database_.is_connected() ? &database_.connection() : nullptr); });
      throw;
    }
    complete(summary, stopwatch);
    finish("done", nlohmann::json{{"steps", summary.steps}, {"from", summary.from}, {"to", summary.to}}.dump());
    revisions::Applied expected;
    for (const auto& [id, yes] : applied_) expected.push_back(id);
    confirm_applied(database_, std::move(expected));
    tell([&] { observers_.after_run(summary, nullptr, &database_.connection()); });
    return summary;
  }

 private:
  void complete(RunSummary& summary, const base::Stopwatch& stopwatch) const {
    summary.to = position();
    summary.milliseconds = stopwatch.milliseconds();
  }

  /// The outcome stands, whatever an observer makes of it.
  template <class Telling>
  void tell(Telling telling) {
    try {
      telling();
    } catch (const Error& error) {
      console_.warn("migrate", fmt::format("{} ({})", error.what(), error.places().empty() ? "" : error.places()[0]));
    }
  }

  /// For looking at the catalogue after a failure; null when it cannot be asked.
  postgres::Session* idle_session() {
    if (!database_.is_connected()) return nullptr;
    return database_.connection().transaction_status() == TransactionStatus::idle ? &database_.connection() : nullptr;
  }

  void read_applied() {
    applied_.clear();
    for (const std::string& id : database_.applied()) applied_.insert({id, true});
  }

  void start() {
    settings_ = database_.connection().query(database_.ledger().start_run_sql(start_) + "; " +
                                             postgres::session_settings_sql());
  }

  /// A half-done migration is finished before anything else is begun.
  void refuse_other_half_done(const std::vector<Step>& steps) const {
    for (const revisions::JournalRow& row : database_.journal_rows())
      if (steps.empty() || row.revision != steps.front().revision->id || row.direction != steps.front().direction)
        throw Error(code::half_done, fmt::format("revision {} is half done", row.revision))
            .because(fmt::format("its {} was stopped between two of its statements",
                                 row.direction == Direction::up ? "upgrade" : "downgrade"))
            .advise("waxwing status    shows the statements and the ways on")
            .state("nothing was changed");
  }

  /// Tries a step until it is done, its failure is final, or its deadline is over.
  void run_step(const Step& step) {
    attempt_ = {};
    has_begun_ = has_told_ = false;
    // While the connection was lost, another run may have gone ahead.
    if (is_done(step)) return;
    const base::Stopwatch stopwatch;
    LockWait wait(console_, "migrate", step.revision->id);
    int losses = 0;
    for (bool done = false; !done;) {
      try {
        attempt(step, stopwatch);
        done = true;
      } catch (const postgres::SqlError& error) {
        if (!may_try_again(step, error, wait)) throw;
        observers_.on_retry(step);
      } catch (Error& error) {
        // A backfill that gets on between two losses may take days.
        if (attempt_.batches > 0) losses = 0;
        if (error.code() != code::connection_lost || ++losses > LockedDatabase::most_losses) throw;
        done = is_done_after_reconnect(step);
        if (!done) observers_.on_retry(step);
      }
    }
    if (step.direction == Direction::up)
      applied_[step.revision->id] = true;
    else
      applied_.erase(step.revision->id);
    is_kept_ = true;
    observers_.after_migration(step, stopwatch.milliseconds(), database_.connection());
    console_.debug("migrate",
                   fmt::format("{} took {}", step.revision->id, base::human_duration(stopwatch.milliseconds())));
  }

  void attempt(const Step& step, const base::Stopwatch& stopwatch) {
    const std::unique_ptr<script::Migration> migration = project_.open(*step.revision, &observers_);
    if (migration->header().id != step.revision->id)
      throw Error(code::file_replaced, fmt::format("{} was replaced while the run was on its way", step.revision->path))
          .because(fmt::format("revision {} was planned, and the file now says {}", step.revision->id,
                               migration->header().id))
          .advise("run the command again when the files are as they should be");
    const bool up = step.direction == Direction::up;
    attempt_.batches = 0;
    attempt_.timeouts = timeouts_of(project_, *migration);
    std::vector<revisions::JournalRow> rows =
        revisions::rows_of(database_.journal_rows(), step.revision->id, step.direction);
    // Chosen once: after a lost connection the statement behind it must not be left out as well.
    if (options_.skips_next_statement && skipped_ == 0) skipped_ = first_not_done(rows);
    // What a half-done migration wanted to find may be gone by its own doing.
    if (!std::exchange(has_told_, true)) observers_.before_migration(step, *migration, database_.connection());
    const auto told_of = [&](const char* section) {
      return [this, &step, section](std::size_t number, std::size_t count, const script::CheckInfo& check,
                                    const script::CheckOutcome& outcome, double milliseconds) {
        observers_.after_check({step, section, number, count, check, outcome, milliseconds});
      };
    };
    if (rows.empty() && !attempt_.has_passed_preflight)
      run_preflight(project_, *migration, {step}, 0, database_.connection(), console_,
                    {options_.all_checks, project_.config().boolean("auto_preflight"), false, told_of("preflight")});
    attempt_.has_passed_preflight = true;
    if (!has_begun_) console_.info("migrate", step_line(step) + (rows.empty() ? "" : " (going on where it stopped)"));
    has_begun_ = true;
    postgres::Connection& connection = database_.connection();
    StepSession session(
        connection, database_.journal(),
        {step.revision->id, start_.run, step.direction, step.revision->transactional, attempt_.commits_enum_values,
         skipped_, database_.fence_sql(), attempt_.timeouts, database_.ledger().schema(), &console_},
        std::move(rows));
    try {
      run_script(*migration, step.direction, session);
      session.open_last_transaction();
      observers_.before_verify(step);
      if (up) run_verify(*migration, connection, console_, told_of("verify"));
      if (up && project_.config().boolean("probes"))
        run_probes(session.met_demands(), step.revision->path, connection, console_, told_of("verify"));
      base::throw_if_interrupted();
      commit(step, *migration, session.is_journaled(), stopwatch.milliseconds());
    } catch (const Error& error) {
      attempt_.committed = session.committed_statements();
      attempt_.at_work = session.statement_at_work();
      attempt_.has_intent = session.has_intent();
      attempt_.batches = session.committed_batches();
      roll_back(connection);
      const auto* refusal = dynamic_cast<const postgres::SqlError*>(&error);
      if (refusal && postgres::MigratorLock::is_lost(*refusal)) throw lost_lock(step);
      throw;
    }
  }

  /// Without the lock another run may be at work, so nothing more is written.
  static Error lost_lock(const Step& step) {
    return Error(code::lock_lost, "the session does not hold the migrator lock any more")
        .at(step.revision->path)
        .because(
            "the migration gave it back: pg_advisory_unlock_all(), or a function that calls it, frees the locks "
            "of the whole session")
        .advise("give back only the locks that the migration took itself: pg_advisory_unlock(KEY)");
  }

  static int first_not_done(const std::vector<revisions::JournalRow>& rows) {
    return 1 + static_cast<int>(std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.is_done; }));
  }

  static void roll_back(postgres::Connection& connection) {
    const base::LastWords words;
    if (connection.is_alive() && connection.transaction_status() != TransactionStatus::idle)
      connection.query("ROLLBACK");
  }

  /// Sends the ledger row with COMMIT, behind the fence: the script may have given the lock back.
  void commit(const Step& step, const script::Migration& migration, bool has_journal, double milliseconds) {
    postgres::Connection& connection = database_.connection();
    const postgres::Result settings = connection.query(fmt::format(
        "{}; SELECT {}; {}; {}{}COMMIT; {}", role_of_session_sql(settings_), database_.fence_sql(),
        ledger_sql(step, migration, milliseconds), observers_.sql_at_commit(step, milliseconds),
        has_journal ? database_.journal().forget_sql(step.revision->id) + "; " : "", postgres::session_settings_sql()));
    if (!connection.has_committed())
      throw Error(code::statement_failed, "the transaction was rolled back instead of committed")
          .at(step.revision->path);
    restore_settings(step, settings);
  }

  /// The next script finds the session that this one found.
  void restore_settings(const Step& step, const postgres::Result& settings) {
    const std::vector<std::string> changed = postgres::changed_settings(settings_, settings);
    if (changed.empty()) return;
    console_.warn("migrate",
                  fmt::format("{} changed the session: {}; it was put back. SET LOCAL ends with the migration",
                              step.revision->path, base::join(changed, ", ")));
    database_.connection().restore_settings();
  }

  /// Lock timeouts, deadlocks and foreign cancels are tried again, with all locks given back meanwhile.
  bool may_try_again(const Step& step, const postgres::SqlError& error, LockWait& wait) {
    const std::string& state = error.diagnostics().sqlstate;
    if (state == "55P04" && !attempt_.commits_enum_values) {
      console_.info("migrate", step.revision->id + " uses a value that it added to an enum: it is committed first");
      return attempt_.commits_enum_values = true;
    }
    const long long deadline = attempt_.timeouts.retry_deadline;
    if (!LockWait::is_about_lock(error)) {
      const bool is_cancelled_build = state == "57014" && attempt_.timeouts.statement == 0 && is_half_sent();
      if (!is_cancelled_build || wait.is_over(deadline)) return false;
    }
    wait.pause(error, database_.connection(), deadline);
    database_.read_journal();
    return true;
  }

  /// Is the statement at work one that runs outside of transactions?
  bool is_half_sent() const {
    return !attempt_.at_work.empty() && postgres::classify(attempt_.at_work).needs_no_transaction;
  }

  /// The connection was lost: the new one holds the lock, so the old session is gone, and the ledger tells what became
  /// of an unanswered COMMIT.
  bool is_done_after_reconnect(const Step& step) {
    database_.reconnect_or_give_up(
        fmt::format("the connection was lost in revision {} and does not come back", step.revision->id),
        "before or after revision " + step.revision->id);
    database_.with_reconnect([this] { start(); });
    read_applied();
    return is_done(step);
  }

  bool is_done(const Step& step) const {
    return applied_.contains(step.revision->id) == (step.direction == Direction::up);
  }

  std::string ledger_sql(const Step& step, const script::Migration& migration, double milliseconds) const {
    if (step.direction == Direction::down) return database_.ledger().unapply_sql(step.revision->id);
    return database_.ledger().apply_sql(
        {step.revision->id, step.revision->message, migration.checksum(), migration.source(), milliseconds}, start_);
  }

  void finish(const std::string& outcome, const std::string& detail_json) {
    const base::LastWords words;
    const auto write = [&] {
      database_.connection().query(database_.ledger().finish_run_sql(start_.run, outcome, detail_json));
    };
    try {
      if (outcome == "done")
        database_.with_reconnect(write);
      else if (database_.is_connected())
        write();
    } catch (const Error&) {
      // The run's own row is for reports; the ledger of revisions already says what is true.
    }
  }

  std::string position() const {
    revisions::Applied ids;
    for (const auto& [id, yes] : applied_) ids.push_back(id);
    return migrate::position(project_.graph(), ids);
  }

  std::string state_after_failure(const Step& step) const {
    if (!has_begun_) return fmt::format("revision {} was not begun; database is at {}", step.revision->id, position());
    if (is_kept_)
      return fmt::format("revision {} is {} and stays so; database is at {}", step.revision->id,
                         step.direction == Direction::up ? "applied" : "undone", position());
    const std::string undoing = step.direction == Direction::up ? "" : "the undoing of ";
    if (attempt_.committed > 0 || attempt_.has_intent)
      return fmt::format("{}revision {} is half done: {} done and kept; database is at {}; waxwing status shows more",
                         undoing, step.revision->id,
                         base::count_of(static_cast<long long>(attempt_.committed), "statement is", "statements are"),
                         position());
    return fmt::format("{}revision {} rolled back; database is at {}", undoing, step.revision->id, position());
  }

  Project& project_;
  LockedDatabase& database_;
  const RunOptions& options_;
  base::Console& console_;
  RunObservers observers_;
  revisions::RunStart start_;
  std::unordered_map<std::string, bool> applied_;
  /// The session as the run found it.
  postgres::Result settings_;
  Attempt attempt_;
  /// Has the current step gone beyond its checks?
  bool has_begun_ = false;
  /// The step is committed; what fails now fails behind it.
  bool is_kept_ = false;
  /// Have the observers heard of it?
  bool has_told_ = false;
  /// The number of the statement that `resume --skip` leaves out; 0 for none.
  int skipped_ = 0;
};

}  // namespace

void confirm_applied(const LockedDatabase& database, revisions::Applied expected) {
  revisions::Applied found;
  database.look_again(
      [&](postgres::Connection& fresh) { found = revisions::applied_ids(database.ledger().read(fresh)); });
  std::sort(expected.begin(), expected.end());
  std::sort(found.begin(), found.end());
  if (expected == found) return;
  throw Error(code::outcome_unknown, "the ledger is not what this run wrote")
      .because("expected: " + base::join(expected, ", ") + "\nfound: " + base::join(found, ", "))
      .advise("waxwing current    waxwing history -i");
}

RunSummary run_steps(Project& project, LockedDatabase& database, const std::vector<Step>& steps,
                     const RunOptions& options, base::Console& console) {
  return Run(project, database, options, console).execute(steps);
}

std::string position(const revisions::Graph& graph, const revisions::Applied& applied) {
  std::vector<std::string> ids;
  for (const Revision* head : revisions::current_heads(graph, applied)) ids.push_back(head->id);
  for (const std::string& id : applied)
    if (!graph.find(id)) ids.push_back(id);
  return ids.empty() ? "base" : base::join(ids, ", ");
}

std::string step_line(const Step& step) {
  const std::string parents = base::join(step.revision->revises, ", ");
  const std::string message = step.revision->message.empty() ? "" : ", " + step.revision->message;
  return step.direction == Direction::up
             ? fmt::format("Running upgrade {} -> {}{}", parents, step.revision->id, message)
             : fmt::format("Running downgrade {} -> {}{}", step.revision->id, parents, message);
}

}  // namespace migrate
