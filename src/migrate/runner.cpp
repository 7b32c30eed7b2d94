// The protocol of a step: begin, settings and fence in one message; effect; verify; ledger row and COMMIT in one
// message.
#include "migrate/runner.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/checks.hpp"
#include "migrate/step_script.hpp"
#include "postgres/session_settings.hpp"

namespace migrate {

using base::Error;
using postgres::TransactionStatus;
using revisions::Direction;
using revisions::Revision;
using revisions::Step;
namespace code = base::code;

namespace {

/// How long a lost connection may take to come back while a COMMIT is unanswered.
constexpr std::chrono::seconds reconnect_deadline{30};

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

bool is_connection_lost(const Error& error) { return &error.code() == &code::connection_lost; }

/// What operations note on the way goes to the log.
class LoggedNotes final : public operations::Notes {
 public:
  explicit LoggedNotes(base::Console& console) : console_(console) {}
  void note(std::string text) override {
    // What goes along unasked is worth a warning; the rest is news.
    if (text.find("also drops") != std::string::npos)
      console_.warn("migrate", text);
    else
      console_.info("migrate", text);
  }

 private:
  base::Console& console_;
};

class Run {
 public:
  Run(Project& project, LockedDatabase& database, const RunOptions& options, base::Console& console)
      : project_(project), database_(database), options_(options), console_(console), notes_(console) {
    start_ = {base::random_uuid(), options.command, options.target, host_name()};
    for (const std::string& id : database.applied()) applied_.insert({id, true});
  }

  RunSummary execute(const std::vector<Step>& steps) {
    const base::Stopwatch stopwatch;
    RunSummary summary;
    summary.from = position();
    settings_ = database_.connection().query(database_.ledger().start_run_sql(start_) + "; " +
                                             postgres::session_settings_sql());
    try {
      for (const Step& step : steps)
        script::check_syntax(project_.absolute(step.revision->path), step.revision->path,
                             step.direction == Direction::up, database_.connection().server_version());
      for (const Step& step : steps) {
        base::throw_if_interrupted();
        run_step(step);
        ++summary.steps;
      }
    } catch (Error& error) {
      if (error.state().empty()) error.state(state_after_failure(steps[summary.steps]));
      finish(is_interrupt(error) ? "interrupted" : "failed", base::to_json(error).dump());
      throw;
    }
    summary.to = position();
    summary.milliseconds = stopwatch.milliseconds();
    finish("done", nlohmann::json{{"steps", summary.steps}, {"from", summary.from}, {"to", summary.to}}.dump());
    return summary;
  }

 private:
  static bool is_interrupt(const Error& error) {
    return &error.code() == &code::interrupted || &error.code() == &code::terminated;
  }

  void run_step(const Step& step) {
    has_begun_ = false;
    const std::unique_ptr<script::Migration> migration = project_.open(*step.revision, &notes_);
    const bool up = step.direction == Direction::up;
    if (up) run_preflight(*migration, database_.connection(), console_, options_.all_checks);
    console_.info("migrate", step_line(step));
    const base::Stopwatch stopwatch;
    has_begun_ = true;
    if (step.revision->transactional)
      run_in_transaction(step, *migration, stopwatch);
    else
      run_without_transaction(step, *migration, stopwatch);
    if (up)
      applied_[step.revision->id] = true;
    else
      applied_.erase(step.revision->id);
    console_.debug("migrate",
                   fmt::format("{} took {}", step.revision->id, base::human_duration(stopwatch.milliseconds())));
  }

  void run_in_transaction(const Step& step, script::Migration& migration, const base::Stopwatch& stopwatch) {
    postgres::Connection& session = database_.connection();
    session.query(begin_sql(project_, database_.fence_sql()));
    try {
      run_script(migration, step.direction, session);
      if (session.transaction_status() != TransactionStatus::in_transaction)
        throw Error(code::transaction_in_script, "the script left the transaction of its step").at(step.revision->path);
      if (step.direction == Direction::up) run_verify(migration, session, console_);
      base::throw_if_interrupted();
    } catch (Error& error) {
      roll_back(session, error);
      throw;
    }
    commit(step, ledger_sql(step, migration, stopwatch.milliseconds()));
  }

  void roll_back(postgres::Connection& session, const Error& error) {
    if (is_connection_lost(error) || !session.is_alive()) return;
    session.query("ROLLBACK");
  }

  /// Sends the ledger row with COMMIT. A COMMIT that is not answered is resolved: reconnect, take the lock, look for
  /// the row of this run.
  void commit(const Step& step, const std::string& row_sql) {
    try {
      postgres::Connection& session = database_.connection();
      const postgres::Result settings = session.query(
          fmt::format("{}; {}; COMMIT; {}", role_of_session_sql(settings_), row_sql, postgres::session_settings_sql()));
      if (!session.has_committed())
        throw Error(code::statement_failed, "the transaction was rolled back instead of committed")
            .at(step.revision->path);
      restore_settings(step, settings);
    } catch (Error& error) {
      if (!is_connection_lost(error)) {
        roll_back(database_.connection(), error);
        throw;
      }
      console_.warn("migrate", "no answer to COMMIT; asking the database what became of it");
      if (!is_committed(step)) throw;
    }
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

  bool is_committed(const Step& step) {
    const base::Stopwatch waited;
    for (;;) {
      try {
        database_.reconnect();
        break;
      } catch (Error& error) {
        if (std::chrono::duration<double, std::milli>(waited.milliseconds()) > reconnect_deadline)
          throw Error(code::outcome_unknown,
                      fmt::format("it is not known whether revision {} was committed", step.revision->id))
              .because(error.cause().empty() ? error.what() : error.cause())
              .advise("run the same command again when the server answers; it reads the ledger first")
              .state("unknown until the ledger can be read");
        base::throw_if_interrupted();
        base::clock().sleep(std::chrono::milliseconds(100));
      }
    }
    if (step.direction == Direction::up)
      return database_.ledger().applied_by_run(database_.connection(), step.revision->id, start_.run);
    for (const revisions::LedgerRow& row : database_.rows())
      if (row.revision == step.revision->id) return false;
    return true;
  }

  /// Statements run one by one, each committed by itself; the ledger row is last.
  void run_without_transaction(const Step& step, script::Migration& migration, const base::Stopwatch& stopwatch) {
    postgres::Connection& session = database_.connection();
    session.query(session_settings_sql(project_));
    run_script(migration, step.direction, session);
    if (session.transaction_status() != TransactionStatus::idle) {
      session.query("ROLLBACK");
      throw Error(code::transaction_in_script, "the script left a transaction open").at(step.revision->path);
    }
    if (step.direction == Direction::up) run_verify(migration, session, console_);
    session.query("SET lock_timeout = 0; SET statement_timeout = 0; BEGIN; SELECT " + database_.fence_sql());
    commit(step, ledger_sql(step, migration, stopwatch.milliseconds()));
  }

  std::string ledger_sql(const Step& step, const script::Migration& migration, double milliseconds) const {
    if (step.direction == Direction::down) return database_.ledger().unapply_sql(step.revision->id);
    return database_.ledger().apply_sql(
        {step.revision->id, step.revision->message, migration.checksum(), migration.source(), milliseconds}, start_);
  }

  void finish(const std::string& outcome, const std::string& detail_json) {
    try {
      if (!database_.connection().is_alive()) return;
      database_.connection().query(database_.ledger().finish_run_sql(start_.run, outcome, detail_json));
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
    const std::string done = step.direction == Direction::up ? "" : "the undoing of ";
    if (!step.revision->transactional)
      return fmt::format(
          "revision {} runs without a transaction: what its statements did so far stays; database is at {}",
          step.revision->id, position());
    return fmt::format("{}revision {} rolled back; database is at {}", done, step.revision->id, position());
  }

  Project& project_;
  LockedDatabase& database_;
  const RunOptions& options_;
  base::Console& console_;
  LoggedNotes notes_;
  revisions::RunStart start_;
  std::unordered_map<std::string, bool> applied_;
  /// The session as the run found it.
  postgres::Result settings_;
  /// Has the current step gone beyond its checks?
  bool has_begun_ = false;
};

}  // namespace

LockedDatabase::LockedDatabase(Project& project, base::Console& console, bool create_ledger)
    : project_(&project),
      console_(&console),
      create_ledger_(create_ledger),
      ledger_(project.config().text("ledger_schema")) {
  open();
}

void LockedDatabase::open() {
  connection_ = project_->connect();
  const auto wait = std::chrono::seconds(project_->config().integer("lock_wait_s"));
  lock_ = std::make_unique<postgres::MigratorLock>(postgres::MigratorLock::take(
      *connection_, ledger_.schema(), wait,
      [this](const std::string& holder) { console_->info("migrate", "waiting for another migrator: " + holder); }));
  if (create_ledger_) ledger_.create(*connection_);
  rows_ = ledger_.read(*connection_);
}

void LockedDatabase::reconnect() {
  lock_.reset();
  connection_.reset();
  open();
}

RunSummary run_steps(Project& project, LockedDatabase& database, const std::vector<Step>& steps,
                     const RunOptions& options, base::Console& console) {
  return Run(project, database, options, console).execute(steps);
}

void refuse_impossible(Project& project, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (step.direction == Direction::up) continue;
    if (step.revision->irreversible)
      throw Error(code::irreversible,
                  fmt::format("cannot downgrade {}: {}", step.revision->id, *step.revision->irreversible))
          .at(step.revision->path)
          .because(fmt::format("its author marked it irreversible (\"{}\")", step.revision->message))
          .advise("restore the backup that was made before it")
          .state("nothing was changed");
    if (!project.open(*step.revision)->has_downgrade())
      throw Error(code::no_downgrade, fmt::format("cannot downgrade {}: it has no downgrade", step.revision->id))
          .at(step.revision->path)
          .advise("give it a downgrade, or say why there is none: m.downgrade = irreversible(\"...\")")
          .state("nothing was changed");
  }
}

void refuse_edited(Project& project, const std::vector<revisions::LedgerRow>& rows) {
  std::vector<std::string> edited;
  for (const revisions::LedgerRow& row : rows) {
    if (row.checksum.empty()) continue;
    const Revision* revision = project.graph().find(row.revision);
    if (!revision) continue;
    const std::string text = base::read_file(project.absolute(revision->path));
    if (base::sha256_hex(base::normal_form(text)) != row.checksum) edited.push_back(revision->path);
  }
  if (edited.empty()) return;
  throw Error(code::file_edited, fmt::format("{} edited after it was applied",
                                             edited.size() == 1 ? edited[0] + " was" : "migrations were"))
      .because(edited.size() == 1 ? "its text differs from the text in the ledger" : base::join(edited, "\n"))
      .advise("put the file back (git checkout " + edited[0] +
              "), or write the change as a new migration: waxwing revision -m \"...\"")
      .state("nothing was changed");
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
