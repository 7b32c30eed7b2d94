// BEGIN, triggers, the change, what it came to, ledger row and COMMIT.
#include "migrate/fixes/fix_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/checks.hpp"
#include "migrate/fixes/changed_rows.hpp"
#include "migrate/fixes/fix_attempts.hpp"
#include "migrate/fixes/fix_session.hpp"
#include "migrate/lock_wait.hpp"
#include "migrate/record_json.hpp"
#include "postgres/quote.hpp"
#include "postgres/session_settings.hpp"

namespace migrate {

using base::Error;
using postgres::TransactionStatus;
namespace code = base::code;

namespace {

class FixRun {
 public:
  FixRun(LockedDatabase& database, FixPlan& plan, base::Console& console)
      : database_(database),
        plan_(plan),
        console_(console),
        ledger_(database.ledger().schema()),
        start_(start_of(plan)),
        step_{&plan.migration->header(), revisions::Direction::up},
        position_(base::join(database.applied(), ", ")) {
    plan_.row.host = start_.host;
  }

  FixOutcome execute() {
    if (plan_.commits) {
      database_.with_reconnect([this] { database_.connection().query(database_.ledger().start_run_sql(start_)); });
      if (plan_.observers)
        plan_.observers->before_run({plan_.row.run, plan_.command, plan_.row.path, steps_, position_},
                                    database_.connection());
    }
    try {
      if (plan_.observers) plan_.observers->before_migration(step_, *plan_.migration, database_.connection());
      if (plan_.preflight) plan_.preflight(told_of("preflight"));
      try_until_done();
    } catch (Error& error) {
      roll_back();
      if (error.state().empty()) error.state("everything was rolled back; nothing was changed");
      if (plan_.commits)
        tell_failure(error);
      else
        record_refusal(database_, start_, error, console_);
      throw;
    }
    outcome_.milliseconds = stopwatch_.milliseconds();
    if (plan_.commits)
      finish();
    else
      record_dry_run(database_, start_, outcome_, console_);
    return std::move(outcome_);
  }

 private:
  void try_until_done() {
    LockWait wait(console_, "fix", "the fix");
    int losses = 0;
    for (;;) {
      base::throw_if_interrupted();
      try {
        return attempt();
      } catch (const postgres::SqlError& error) {
        roll_back();
        if (!LockWait::is_about_lock(error)) throw translated(error);
        wait.pause(error, database_.connection(), plan_.timeouts.retry_deadline);
      } catch (const Error& error) {
        if (error.code() != code::connection_lost || ++losses > LockedDatabase::most_losses) throw;
        if (is_done_after_reconnect()) return;
      }
      if (plan_.observers) plan_.observers->on_retry(step_);
    }
  }

  AfterCheck told_of(const char* section) {
    return [this, section](std::size_t number, std::size_t count, const script::CheckInfo& check,
                           const script::CheckOutcome& outcome, double milliseconds) {
      if (plan_.observers) plan_.observers->after_check({step_, section, number, count, check, outcome, milliseconds});
    };
  }

  void attempt() {
    postgres::Connection& connection = database_.connection();
    outcome_ = {};
    outcome_.row = plan_.row;
    settings_ = connection.query(postgres::session_settings_sql());
    connection.query(fmt::format("BEGIN; SELECT {}; {}{}", database_.fence_sql(), ledger_sql(connection),
                                 plan_.timeouts.set_local_sql(false)));
    const std::vector<CapturedTable> tables = plan_.tables(connection);
    if (plan_.prepare) plan_.prepare(connection, tables);
    const auto rows_table = [this](int number) { return ledger_.rows_table(plan_.row.run, number); };
    connection.query(capture_sql(tables, ledger_.schema(), rows_table) + plan_.timeouts.set_local_sql(true));
    ChangedRows changed(connection, ledger_.schema());
    outcome_.row.statements = plan_.effect(connection, tables, outcome_.lasting);
    connection.query(postgres::role_of_session_sql(settings_) + "; SET CONSTRAINTS ALL IMMEDIATE");
    if (plan_.observers) plan_.observers->before_verify(step_);
    run_verify(*plan_.migration, connection, console_, told_of("verify"));
    changed.refuse_unseen(tables, outcome_.lasting);
    outcome_.tables = count_rows(connection, ledger_, plan_.row.run, tables);
    refuse_other_number();
    if (plan_.judge) plan_.judge(connection, outcome_.tables);
    for (const FixTableRow& table : outcome_.tables)
      for (RowChange& change :
           read_changes(connection, ledger_.rows_table(plan_.row.run, table.number), table, rows_shown))
        outcome_.changes.push_back(std::move(change));
    base::throw_if_interrupted();
    if (!plan_.commits) return roll_back();
    commit(tables);
  }

  /// What the first fix of a database makes; of a dry run it goes with it.
  std::string ledger_sql(postgres::Connection& connection) {
    if (ledger_.exists(connection)) return {};
    const std::string own = database_.ledger().create_sql(database_.ledger().read_version(connection));
    return (own.empty() ? "" : own + "; ") + ledger_.create_sql() + "; ";
  }

  void refuse_other_number() const {
    long long all = 0;
    for (const FixTableRow& table : outcome_.tables) all += table.rows();
    if ((plan_.most_rows && all > *plan_.most_rows) || (plan_.least_rows && all < *plan_.least_rows))
      throw wrong_number_of_rows(all, plan_.least_rows, plan_.most_rows);
  }

  /// The triggers go in the message that commits, so that readers are held up for its time only. When somebody still
  /// reads, all is kept and the dropping is tried again.
  void commit(const std::vector<CapturedTable>& tables) {
    postgres::Connection& connection = database_.connection();
    outcome_.row.is_whole = plan_.row.is_whole;
    outcome_.row.duration_ms = stopwatch_.milliseconds();
    outcome_.row.lasting = nlohmann::json(outcome_.lasting).dump();
    const std::string observed =
        plan_.observers ? plan_.observers->sql_at_commit(step_, outcome_.row.duration_ms) : std::string();
    const std::string message = fmt::format(
        "SAVEPOINT waxwing_release; SET LOCAL lock_timeout = {}; {}RELEASE SAVEPOINT waxwing_release; SELECT {}; {}; "
        "{}COMMIT",
        plan_.timeouts.lock, release_sql(tables) + drop_unused_sql(tables), database_.fence_sql(),
        ledger_.insert_sql(outcome_.row, outcome_.tables), observed);
    LockWait wait(console_, "fix", "the end of the fix");
    for (;;) {
      try {
        connection.query(message);
        break;
      } catch (const postgres::SqlError& error) {
        if (error.diagnostics().sqlstate != "55P03") throw;
        connection.query("ROLLBACK TO SAVEPOINT waxwing_release");
        wait.pause(error, connection, plan_.timeouts.retry_deadline);
      }
    }
    if (!connection.has_committed())
      throw Error(code::statement_failed, "the transaction was rolled back instead of committed").at(plan_.row.path);
    outcome_.is_committed = true;
  }

  std::string drop_unused_sql(const std::vector<CapturedTable>& tables) const {
    std::string sql;
    for (const CapturedTable& table : tables)
      if (std::none_of(outcome_.tables.begin(), outcome_.tables.end(),
                       [&](const FixTableRow& row) { return row.number == table.number; }))
        sql += fmt::format("DROP TABLE {}; ", ledger_.rows_table(plan_.row.run, table.number));
    return sql;
  }

  static Error translated(const postgres::SqlError& error) {
    if (error.diagnostics().sqlstate != "WX001") return error;
    Error refusal(code::fix_not_undoable, "a fix cannot do this: TRUNCATE");
    for (const std::string& place : error.places()) refusal.at(place);
    return refusal.because("a function or trigger truncates a table; its rows could not be put back")
        .advise("delete the rows with a WHERE");
  }

  /// The new connection holds the lock, so the old session is gone, and the ledger tells what became of COMMIT.
  bool is_done_after_reconnect() {
    database_.reconnect_or_give_up("the connection was lost and does not come back", "all of the fix or nothing");
    if (!plan_.commits) return false;
    database_.with_reconnect([this] { database_.connection().query(database_.ledger().start_run_sql(start_)); });
    database_.with_reconnect(
        [this] { outcome_.is_committed = ledger_.has_run(database_.connection(), plan_.row.run); });
    return outcome_.is_committed;
  }

  void roll_back() {
    if (!database_.is_connected()) return;
    const base::LastWords words;
    try {
      if (database_.connection().transaction_status() != TransactionStatus::idle)
        database_.connection().query("ROLLBACK");
    } catch (const Error&) {
      // A connection that is gone has rolled back.
    }
  }

  void finish_run(const char* outcome, const std::string& detail) {
    const base::LastWords words;
    database_.connection().query(database_.ledger().finish_run_sql(plan_.row.run, outcome, detail));
  }

  template <class Telling>
  void tell(Telling telling) {
    try {
      telling();
    } catch (const Error& error) {
      console_.warn("fix", error.what());
    }
  }

  void tell_failure(const Error& error) {
    tell([&] {
      if (plan_.observers) plan_.observers->on_error(error, &step_);
    });
    try {
      if (database_.is_connected())
        finish_run(base::is_interrupt(error) ? "interrupted" : "failed", record_json(base::to_json(error)));
    } catch (const Error&) {
      // The run's own row is for reports; the ledger of fixes says what is true.
    }
    tell([&] {
      if (plan_.observers)
        plan_.observers->after_run({position_, position_, 0, stopwatch_.milliseconds()}, &error,
                                   database_.is_connected() ? &database_.connection() : nullptr);
    });
  }

  /// Success is told when a fresh connection sees it.
  void finish() {
    if (plan_.observers)
      tell([&] { plan_.observers->after_migration(step_, outcome_.milliseconds, database_.connection()); });
    tell([&] { database_.with_reconnect([this] { finish_run("done", "{}"); }); });
    bool is_there = false;
    database_.look_again([&](postgres::Connection& fresh) { is_there = ledger_.has_run(fresh, plan_.row.run); });
    if (!is_there)
      throw Error(code::outcome_unknown, "the ledger does not have the run that was committed")
          .advise("waxwing fix history");
    if (plan_.observers)
      tell([&] {
        plan_.observers->after_run({position_, position_, 1, outcome_.milliseconds}, nullptr, &database_.connection());
      });
  }

  LockedDatabase& database_;
  FixPlan& plan_;
  base::Console& console_;
  const FixLedger ledger_;
  const base::Stopwatch stopwatch_;
  const revisions::RunStart start_;
  const revisions::Step step_;
  const std::vector<revisions::Step> steps_{step_};
  const std::string position_;
  postgres::Result settings_;
  FixOutcome outcome_;
};

}  // namespace

FixOutcome run_in_capture(LockedDatabase& database, FixPlan& plan, base::Console& console) {
  return FixRun(database, plan, console).execute();
}

}  // namespace migrate
