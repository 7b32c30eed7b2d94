// The protocol of a script: what a migration has, without a revision.
#include "migrate/script_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/value_json.hpp"
#include "migrate/locked_database.hpp"
#include "migrate/record_json.hpp"
#include "migrate/run_observer.hpp"
#include "migrate/runner.hpp"
#include "migrate/script_session.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

using base::Error;
using nlohmann::ordered_json;
namespace code = base::code;

namespace {

void refuse_wrong_revision(const script::ScriptInfo& script, const revisions::Applied& applied) {
  const std::string& wanted = script.needs_revision;
  if (wanted.empty()) return;
  if (std::any_of(applied.begin(), applied.end(), [&](const std::string& id) { return id.starts_with(wanted); }))
    return;
  throw Error(code::script_wrong_revision, fmt::format("the script needs revision {}, which is not applied", wanted))
      .at(script.path)
      .advise("waxwing upgrade " + wanted)
      .state("nothing was run");
}

void advise_write(postgres::SqlError& error) {
  if (error.diagnostics().sqlstate != "25006" || !error.advice().empty()) return;
  error.advise("a script only reads unless it says write = true in script { ... } or is run with --write");
}

/// What a script sent, for the ledger; and those who watch runs are told as well.
class Statements final : public script::Watcher {
 public:
  explicit Statements(RunObservers& observers) : observers_(observers) {}

  void note(std::string text) override { observers_.note(std::move(text)); }
  void before_operation(const operations::Operation& operation, const std::string& place) override {
    observers_.before_operation(operation, place);
  }
  void after_statement(const script::StatementDone& done) override {
    observers_.after_statement(done);
    ++count_;
    constexpr std::size_t most = 2000, most_bytes = 20000;
    if (kept_.size() >= most) return;
    kept_.push_back({{"sql", base::redact(done.sql).substr(0, most_bytes)},
                     {"place", done.place},
                     {"milliseconds", done.milliseconds},
                     {"tag", done.command_tag},
                     {"rows", done.rows}});
    if (done.error) kept_.back()["error"] = done.error->what();
  }
  /// {"statements":[...],"count"}
  std::string json() const { return record_json({{"statements", kept_}, {"count", count_}}); }

 private:
  RunObservers& observers_;
  ordered_json kept_ = ordered_json::array();
  std::size_t count_ = 0;
};

class WritingRun {
 public:
  WritingRun(Project& project, script::ScriptFile& file, base::Console& console)
      : file_(file), console_(console), database_(project, console), observers_(observers_of(project, console)) {
    refuse_wrong_revision(file.info(), database_.applied());
    try {
      position_ = migrate::position(project.graph(), database_.applied());
    } catch (const Error&) {
      // A project may have scripts and no migrations.
      position_ = base::join(database_.applied(), ", ");
    }
  }

  ScriptOutcome execute(const Config& config, const ScriptWords& words) {
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    start_ = {base::random_uuid(), "run", file_.info().path, host, detail(words)};
    postgres::Result options;
    std::optional<ScriptSession> session;
    // What the script has begun is not begun again.
    database_.with_reconnect([&] {
      postgres::Connection& connection = database_.connection();
      options = convert_options(connection, file_.info(), words.options);
      connection.query(database_.ledger().start_run_sql(start_));
      session.emplace(connection, true, config);
    });
    const base::Stopwatch stopwatch;
    RunSummary summary{position_, position_};
    Statements statements(observers_);
    ScriptOutcome outcome{start_.run, {}, 0};
    const std::vector<revisions::Step> no_steps;
    try {
      observers_.before_run({start_.run, start_.command, start_.target, no_steps, position_}, database_.connection());
      outcome.result = file_.run(*session, &statements, options, words.words);
      commit(*session, statements);
    } catch (Error& error) {
      summary.milliseconds = stopwatch.milliseconds();
      if (error.code() == code::connection_lost && session->awaits_commit()) {
        Error unknown = unanswered(error);
        fail(unknown, *session, statements, summary);
        throw unknown;
      }
      fail(error, *session, statements, summary);
      throw;
    }
    outcome.milliseconds = summary.milliseconds = stopwatch.milliseconds();
    tell([&] { observers_.after_run(summary, nullptr, alive()); });
    return outcome;
  }

 private:
  std::string detail(const ScriptWords& words) const {
    ordered_json options = ordered_json::object();
    for (const script::ScriptOption& each : file_.info().options)
      if (const auto found = words.options.find(each.name); found != words.options.end())
        options[each.name] = each.is_secret ? "***" : base::redact(found->second);
    ordered_json json = {
        {"script", {{"name", file_.info().name}, {"checksum", base::sha256_hex(base::normal_form(file_.source()))}}}};
    json["script"]["options"] = std::move(options);
    return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  }

  /// Of what db.autocommit commits there is no row in the ledger.
  Error unanswered(const Error& lost) const {
    return Error(code::outcome_unknown, "the connection was lost while a COMMIT of db.autocommit was on its way")
        .at(file_.info().path)
        .because(lost.what())
        .advise("look whether what the statement does is done, before the script is run again")
        .state("unknown whether that statement is kept; what was committed before it is, what came after it is not");
  }

  void fail(Error& error, ScriptSession& session, const Statements& statements, const RunSummary& summary) {
    // Behind a lost connection a new one may stand: the session must not be asked then.
    if (error.code() != code::connection_lost && error.code() != code::outcome_unknown) session.roll_back();
    if (error.state().empty())
      error.state(session.has_committed() ? "what db.autocommit committed is kept, the rest is rolled back"
                                          : "rolled back; the database is as before");
    tell([&] { observers_.on_error(error, nullptr); });
    finish_failed(error, statements);
    tell([&] { observers_.after_run(summary, &error, alive()); });
  }

  /// The outcome commits with the change, so that it tells what became of a COMMIT that was not answered.
  void commit(ScriptSession& session, const Statements& statements) {
    const std::string last = fmt::format("SELECT {}; {}; {}", database_.fence_sql(),
                                         database_.ledger().event_sql(start_.run, "script", "", statements.json()),
                                         database_.ledger().finish_run_sql(start_.run, "done", ""));
    try {
      session.commit(last);
    } catch (const postgres::SqlError& error) {
      if (!postgres::MigratorLock::is_lost(error)) throw;
      throw Error(code::lock_lost, "the session does not hold the migrator lock any more")
          .at(file_.info().path)
          .because("the script gave it back: pg_advisory_unlock_all(), or a function that calls it");
    } catch (const Error& error) {
      if (error.code() != code::connection_lost) throw;
      std::vector<revisions::RunRow> runs;
      try {
        database_.reconnect();
        database_.with_reconnect([&] { runs = database_.ledger().read_runs(database_.connection(), start_.run, 1); });
      } catch (Error& lost) {
        throw Error(code::outcome_unknown, "the connection was lost while the script's COMMIT was on its way")
            .at(file_.info().path)
            .because(lost.what())
            .advise("waxwing report --list    shows the run as done when it was committed")
            .state("unknown until the ledger can be read");
      }
      if (runs.empty() || runs.front().outcome != "done") throw;
    }
  }

  void finish_failed(const Error& error, const Statements& statements) {
    if (!database_.is_connected()) return;
    const base::LastWords words;
    tell([&] {
      database_.connection().query(
          database_.ledger().event_sql(start_.run, "script", "", statements.json()) + "; " +
          database_.ledger().finish_run_sql(start_.run, base::is_interrupt(error) ? "interrupted" : "failed",
                                            record_json(base::to_json(error))));
    });
  }

  postgres::Connection* alive() { return database_.is_connected() ? &database_.connection() : nullptr; }

  /// The outcome stands, whatever is told of it.
  template <class Telling>
  void tell(Telling telling) {
    try {
      telling();
    } catch (const Error& error) {
      console_.debug("run", error.what());
    }
  }

  script::ScriptFile& file_;
  base::Console& console_;
  LockedDatabase database_;
  RunObservers observers_;
  revisions::RunStart start_;
  std::string position_;
};

ScriptOutcome read_only(Project& project, script::ScriptFile& file, const ScriptWords& words) {
  const auto connection = project.connect(Purpose::check);
  if (!file.info().needs_revision.empty())
    refuse_wrong_revision(
        file.info(),
        revisions::applied_ids(revisions::Ledger(project.config().text("ledger_schema")).read(*connection)));
  const postgres::Result options = convert_options(*connection, file.info(), words.options);
  ScriptSession session(*connection, false, project.config());
  const base::Stopwatch stopwatch;
  try {
    ScriptOutcome outcome;
    outcome.result = file.run(session, nullptr, options, words.words);
    session.roll_back();
    outcome.milliseconds = stopwatch.milliseconds();
    return outcome;
  } catch (Error& error) {
    session.roll_back();
    if (error.state().empty()) error.state("nothing was changed");
    throw;
  }
}

}  // namespace

ScriptOutcome run_script(Project& project, script::ScriptFile& file, const ScriptWords& words, bool writes,
                         base::Console& console) {
  try {
    return writes ? WritingRun(project, file, console).execute(project.config(), words)
                  : read_only(project, file, words);
  } catch (postgres::SqlError& error) {
    advise_write(error);
    throw;
  }
}

}  // namespace migrate
