// The validation banner, and one list of the checks that are declared and those that follow from the script.
#include "migrate/preflight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/checks.hpp"
#include "migrate/foresight.hpp"
#include "migrate/plugin_rules.hpp"
#include "migrate/plugins.hpp"
#include "migrate/row_check.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

using base::Error;
using base::Mark;
using revisions::Direction;
using revisions::Step;
namespace code = base::code;

namespace {

const std::string rule(80, '=');

void print_banner(base::Console& console, const std::string& title) {
  console.result(rule);
  console.result(title);
  console.result(rule);
}

/// A transaction that can only read: begun by the first statement, ended whatever happens.
class ReadOnlySession final : public postgres::Session {
 public:
  explicit ReadOnlySession(postgres::Session& real) : real_(real) {}
  ~ReadOnlySession() override {
    try {
      if (is_open_) real_.query("ROLLBACK");
    } catch (const std::exception&) {
      // The connection is gone, and the transaction with it.
    }
  }
  ReadOnlySession(const ReadOnlySession&) = delete;
  ReadOnlySession& operator=(const ReadOnlySession&) = delete;

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override {
    open();
    return real_.query(sql, parameters);
  }
  std::vector<postgres::ResultColumn> describe(std::string_view sql) override {
    open();
    return real_.describe(sql);
  }
  std::uint64_t copy_out(std::string_view sql, const postgres::CopySink& take) override {
    open();
    return real_.copy_out(sql, take);
  }
  bool is_live() const override { return true; }
  /// A script's check is in a transaction from its first statement on.
  postgres::TransactionStatus transaction_status() const override {
    return is_open_ ? real_.transaction_status() : postgres::TransactionStatus::in_transaction;
  }
  int server_version() const override { return real_.server_version(); }
  std::vector<postgres::Notice> take_notices() override { return real_.take_notices(); }

 private:
  void open() {
    if (!is_open_) real_.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    is_open_ = true;
  }

  postgres::Session& real_;
  bool is_open_ = false;
};

/// A check of either origin.
struct Item {
  script::CheckInfo info;
  std::string place;
  std::function<script::CheckOutcome()> run;
  const base::ErrorCode* code;
};

/// 14 of "migrations/x.lua:14 in upgrade".
int line_of(const std::string& place) {
  const std::size_t colon = place.rfind(':');
  return colon == std::string::npos ? 0 : std::atoi(place.c_str() + colon + 1);
}

class Preflight {
 public:
  Preflight(const Project& project, postgres::Session& session, base::Console& console, const PreflightOptions& options)
      : project_(project), session_(session), console_(console), options_(options) {}

  void add_declared(script::Migration& migration) {
    const std::vector<script::CheckInfo> checks = migration.preflight();
    for (std::size_t i = 0; i < checks.size(); ++i) {
      items_.push_back({checks[i], fmt::format("{}:{} in preflight", migration.header().path, checks[i].line),
                        [this, &migration, i] { return migration.run_preflight(i, session_); }, &code::check_failed});
      subjects_.push_back(checks[i].subject);
    }
  }

  /// What plugins want to have looked at before the step.
  void add_plugins(const Step& step) {
    for (script::Plugin* plugin : project_.plugins()) {
      if (!plugin->info().has_preflight) continue;
      const std::vector<script::CheckInfo> checks = plugin->preflight(step_value(step));
      for (std::size_t i = 0; i < checks.size(); ++i) {
        items_.push_back({checks[i], fmt::format("{}:{} in preflight", plugin->info().path, checks[i].line),
                          [this, plugin, i] { return plugin->run_preflight(i, session_); }, &code::check_failed});
        subjects_.push_back(checks[i].subject);
      }
    }
  }

  /// What follows from the statements that the steps will send: rules of plugins, and demands of rows.
  void add_foreseen(const std::vector<Step>& steps, std::size_t first, bool demands) {
    demands = demands && std::any_of(steps.begin() + static_cast<std::ptrdiff_t>(first), steps.end(),
                                     [&](const Step& step) { return may_demand(project_, step); });
    const bool rules = has_rules(project_);
    if (!demands && !rules) return;
    Foresight foresight(session_, rules);
    bool is_known = true;
    for (std::size_t i = 0; i < steps.size() && is_known; ++i) {
      const std::size_t before = foresight.demands().size();
      is_known = foresee(project_, steps[i], session_, foresight);
      if (!is_known && rules && options_.says_doubts)
        console_.info("preflight",
                      fmt::format("{}: rules see what it sends before it asks for what it has changed itself",
                                  steps[i].revision->path));
      std::vector<ForeseenStatement> statements = foresight.take_statements();
      if (i < first) continue;
      if (rules)
        for (RuleCheck& check : rule_checks(project_, steps[i], std::move(statements)))
          items_.push_back({std::move(check.info), steps[i].revision->path, std::move(check.run), &code::check_failed});
      if (!demands) continue;
      for (std::size_t k = before; k < foresight.demands().size(); ++k) add(foresight.demands()[k]);
    }
  }

  std::size_t run() {
    if (items_.empty()) return 0;
    print_banner(console_, fmt::format("STARTING PRE-{} VALIDATION", options_.noun));
    std::vector<std::string> failures;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      console_.result("");
      console_.result(fmt::format("[{}/{}] {}...", i + 1, items_.size(), items_[i].info.doing));
      const base::Stopwatch stopwatch;
      const script::CheckOutcome outcome = items_[i].run();
      if (options_.after_check)
        options_.after_check(i + 1, items_.size(), items_[i].info, outcome, stopwatch.milliseconds());
      if (outcome.passed) {
        print_passed(outcome);
        continue;
      }
      console_.result(console_.mark(Mark::failed) + " " + outcome.text);
      if (!options_.all_checks)
        throw Error(*items_[i].code, fmt::format("{} ABORTED: {}", options_.noun, outcome.text))
            .at(items_[i].place)
            .because(base::join(outcome.lines, "\n"))
            .advise(outcome.advice);
      for (const std::string& line : outcome.lines) console_.result("  " + line);
      failures.push_back(fmt::format("{} ({})", outcome.text, items_[i].place));
    }
    if (!failures.empty())
      throw Error(code::check_failed, fmt::format("{} ABORTED: {} failed", options_.noun,
                                                  base::count_of(static_cast<long long>(failures.size()), "check")))
          .because(base::join(failures, "\n"));
    console_.result("");
    print_banner(console_, fmt::format("PRE-{} VALIDATION PASSED", options_.noun));
    console_.result("");
    return items_.size();
  }

 private:
  void print_passed(const script::CheckOutcome& outcome) {
    if (!outcome.text.empty()) {
      const bool is_heading = !outcome.lines.empty();
      if (is_heading) console_.result("");
      console_.result(is_heading ? outcome.text
                                 : console_.mark(outcome.skipped ? Mark::skipped : Mark::ok) + " " + outcome.text);
    }
    for (const std::string& line : outcome.lines) console_.result(line);
  }

  void add(const ForeseenDemand& foreseen) {
    if (!foreseen.doubt.empty()) {
      if (options_.says_doubts)
        console_.info("preflight", fmt::format("{}: what it asks of {} is looked at when it runs: {}", foreseen.place,
                                               foreseen.demand.table.name, foreseen.doubt));
      return;
    }
    const std::string subject = subject_of(foreseen.demand);
    if (std::find(subjects_.begin(), subjects_.end(), subject) != subjects_.end()) return;
    if (const auto check = prepare(session_, foreseen.demand)) {
      items_.push_back({{"rows", check->doing, line_of(foreseen.place), subject},
                        foreseen.place,
                        [this, check = *check] { return run_rows(check); },
                        &code::rows_do_not_fit});
    }
  }

  /// A query that the server refuses proves nothing: the statement itself will say what is wrong.
  script::CheckOutcome run_rows(const RowCheck& check) {
    session_.query("SAVEPOINT waxwing_rows");
    try {
      const RowOutcome found = migrate::run(session_, check);
      if (found.count > 0) return {false, false, found.text, found.lines, advice_for(check), {}};
      return {true, false, check.ok, {}, "", {}};
    } catch (const postgres::SqlError& error) {
      base::throw_if_interrupted();
      session_.query("ROLLBACK TO SAVEPOINT waxwing_rows");
      return {true, true, "Not known before it runs: " + error.diagnostics().message, {}, "", {}};
    }
  }

  const Project& project_;
  ReadOnlySession session_;
  base::Console& console_;
  const PreflightOptions& options_;
  std::vector<Item> items_;
  std::vector<std::string> subjects_;
};

}  // namespace

std::size_t run_preflight(const Project& project, script::Migration& migration, const std::vector<Step>& steps,
                          std::size_t first, postgres::Session& session, base::Console& console,
                          const PreflightOptions& options) {
  Preflight preflight(project, session, console, options);
  if (steps[first].direction == Direction::up) preflight.add_declared(migration);
  preflight.add_plugins(steps[first]);
  if (options.says_doubts)
    for (std::size_t i = first + 1; i < steps.size(); ++i)
      if (steps[i].direction == Direction::up)
        if (const std::size_t checks = project.open(*steps[i].revision)->preflight().size())
          console.info("preflight",
                       fmt::format("{} of {} run when its turn comes: they may need what is done before it",
                                   base::count_of(static_cast<long long>(checks), "check"), steps[i].revision->id));
  preflight.add_foreseen(steps, first, options.automatic);
  return preflight.run();
}

}  // namespace migrate
