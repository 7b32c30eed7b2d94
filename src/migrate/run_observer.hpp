// What a run tells of itself as it goes. The log, the record behind `waxwing report` and plugins are observers; the
// runner knows none of them.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "migrate/project.hpp"
#include "migrate/run_summary.hpp"
#include "postgres/connection.hpp"
#include "revisions/target.hpp"
#include "script/migration.hpp"

namespace migrate {

/// A run that is about to begin: the lock is held, the ledger is read.
struct RunPlan {
  const std::string& run;
  const std::string& command;
  const std::string& target;
  const std::vector<revisions::Step>& steps;
  /// Where the database is: "base", an id, or several.
  const std::string& position;
};

/// A check of m.preflight or m.verify that has run.
struct CheckDone {
  const revisions::Step& step;
  /// "preflight" or "verify".
  const char* section;
  /// From 1; of how many.
  std::size_t number, count;
  const script::CheckInfo& check;
  const script::CheckOutcome& outcome;
  double milliseconds;
};

/// Every function may throw, which stops the run as a failing statement does, except the ones said to be told only.
class RunObserver : public script::Watcher {
 public:
  virtual void before_run(const RunPlan&, postgres::Connection&) {}
  /// Before the checks, outside of a transaction. Told once, also when the step is tried again.
  virtual void before_migration(const revisions::Step&, script::Migration&, postgres::Connection&) {}
  /// The script has ended; what is sent from now on is sent by m.verify.
  virtual void before_verify(const revisions::Step&) {}
  virtual void after_check(const CheckDone&) {}
  /// The step was rolled back and is tried again from its start; statements told of since are void. Told only.
  virtual void on_retry(const revisions::Step&) {}
  /// Statements for the message that holds the ledger row and COMMIT, so that they cost no round trip; empty for none.
  virtual std::string sql_at_commit(const revisions::Step&, double /*milliseconds*/) { return {}; }
  /// After COMMIT.
  virtual void after_migration(const revisions::Step&, double /*milliseconds*/, postgres::Connection&) {}
  /// The run failed in `step` (null before the first). Told only: what this throws is warned of.
  virtual void on_error(const base::Error&, const revisions::Step*) {}
  /// The run ended. `connection` is null when it was lost; `error` is null after success. Told only.
  virtual void after_run(const RunSummary&, const base::Error* /*error*/, postgres::Connection*) {}
};

/// Passes everything on to each observer, in order.
class RunObservers final : public RunObserver {
 public:
  void add(std::unique_ptr<RunObserver> observer) { all_.push_back(std::move(observer)); }

  void note(std::string text) override;
  void before_operation(const operations::Operation& operation, const std::string& place) override;
  void after_statement(const script::StatementDone& statement) override;
  void before_run(const RunPlan& plan, postgres::Connection& connection) override;
  void before_migration(const revisions::Step& step, script::Migration& migration,
                        postgres::Connection& connection) override;
  void before_verify(const revisions::Step& step) override;
  void after_check(const CheckDone& check) override;
  void on_retry(const revisions::Step& step) override;
  std::string sql_at_commit(const revisions::Step& step, double milliseconds) override;
  void after_migration(const revisions::Step& step, double milliseconds, postgres::Connection& connection) override;
  void on_error(const base::Error& error, const revisions::Step* step) override;
  void after_run(const RunSummary& summary, const base::Error* error, postgres::Connection* connection) override;

 private:
  std::vector<std::unique_ptr<RunObserver>> all_;
};

/// Who observes each run of this project; the explicit list is observers.cpp.
RunObservers observers_of(Project& project, base::Console& console);

}  // namespace migrate
