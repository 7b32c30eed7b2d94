// Turns what a run tells into the tables that hooks are given.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/value_json.hpp"
#include "migrate/hook_session.hpp"
#include "migrate/plugins.hpp"
#include "migrate/record_json.hpp"
#include "revisions/ledger.hpp"

namespace migrate {

using base::Map;
using base::Value;

namespace {

base::List list_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

Value error_value(const base::Error& error) {
  Map map{{"code", error.code().id},  {"message", error.what()},  {"places", list_of(error.places())},
          {"because", error.cause()}, {"advice", error.advice()}, {"state", error.state()}};
  if (const auto* sql = dynamic_cast<const postgres::SqlError*>(&error)) {
    map.emplace_back("sqlstate", sql->diagnostics().sqlstate);
    map.emplace_back("constraint", sql->diagnostics().constraint);
  }
  return map;
}

class PluginObserver final : public RunObserver {
 public:
  PluginObserver(script::Plugin& plugin, const Project& project) : plugin_(plugin), project_(project) {}

  void before_run(const RunPlan& plan, postgres::Connection& connection) override {
    base::List steps;
    for (const revisions::Step& each : plan.steps) steps.push_back(step_value(each));
    const postgres::Url& url = connection.url();
    run_ = {
        {"run", plan.run},
        {"command", plan.command},
        {"target", plan.target},
        {"position", plan.position},
        {"environment", project_.config().environment()},
        {"database", Map{{"name", url.database()}, {"host", url.host()}, {"port", url.port()}, {"user", url.user()}}},
        {"steps", std::move(steps)}};
    call(
        "on_before_run", [&] { return Value(run_); }, &connection);
  }

  void before_migration(const revisions::Step& step, script::Migration& migration,
                        postgres::Connection& connection) override {
    call(
        "on_before_migration",
        [&] {
          Map map = *step_value(step).get_if<Map>();
          map.emplace_back("metadata", migration.metadata());
          return Value(std::move(map));
        },
        &connection);
  }

  void before_operation(const operations::Operation& operation, const std::string& place) override {
    call("on_before_op", [&] {
      return Value(Map{{"name", operation.type().name()},
                       {"description", operation.description()},
                       {"lua", operation.lua()},
                       {"place", place}});
    });
  }

  void after_statement(const script::StatementDone& statement) override {
    call("on_after_statement", [&] {
      Map map{{"sql", std::string(statement.sql)},
              {"place", statement.place},
              {"milliseconds", statement.milliseconds},
              {"rows", static_cast<std::int64_t>(statement.rows)},
              {"tag", std::string(statement.command_tag)}};
      if (statement.error) map.emplace_back("sqlstate", statement.error->diagnostics().sqlstate);
      return Value(std::move(map));
    });
  }

  void after_check(const CheckDone& check) override {
    call("on_check", [&] {
      return Value(Map{{"section", check.section},
                       {"number", static_cast<std::int64_t>(check.number)},
                       {"count", static_cast<std::int64_t>(check.count)},
                       {"kind", check.check.kind},
                       {"doing", check.check.doing},
                       {"passed", check.outcome.passed},
                       {"text", check.outcome.text},
                       {"lines", list_of(check.outcome.lines)},
                       {"milliseconds", check.milliseconds},
                       {"step", step_value(check.step)}});
    });
  }

  void after_migration(const revisions::Step& step, double milliseconds, postgres::Connection& connection) override {
    call(
        "on_after_migration",
        [&] {
          Map map = *step_value(step).get_if<Map>();
          map.emplace_back("milliseconds", milliseconds);
          return Value(std::move(map));
        },
        &connection);
  }

  void on_error(const base::Error& error, const revisions::Step* step) override {
    call("on_error", [&] {
      Map map = *error_value(error).get_if<Map>();
      if (step) map.emplace_back("step", step_value(*step));
      return Value(std::move(map));
    });
  }

  void after_run(const RunSummary& summary, const base::Error* error, postgres::Connection* connection) override {
    const auto argument = [&] {
      Map map = run_;
      map.emplace_back("outcome", !error ? "done" : base::is_interrupt(*error) ? "interrupted" : "failed");
      map.emplace_back("from", summary.from);
      map.emplace_back("to", summary.to);
      map.emplace_back("count", static_cast<std::int64_t>(summary.steps));
      map.emplace_back("milliseconds", summary.milliseconds);
      if (error) map.emplace_back("error", error_value(*error));
      return Value(std::move(map));
    };
    try {
      call("on_after_run", argument, connection);
    } catch (const base::Error&) {
      keep_findings(connection);
      throw;
    }
    keep_findings(connection);
  }

 private:
  /// The table is made only for a hook that is there.
  template <class Argument>
  void call(const char* hook, Argument argument, postgres::Connection* connection = nullptr) {
    if (!plugin_.has_hook(hook)) return;
    if (!connection) return plugin_.call_hook(hook, argument(), nullptr);
    HookSession session(*connection, plugin_);
    plugin_.call_hook(hook, argument(), &session);
    session.keep();
  }

  /// What the hooks have said for the report, also when the last one raised.
  void keep_findings(postgres::Connection* connection) {
    const base::List findings = plugin_.take_findings();
    if (findings.empty() || run_.empty() || !connection ||
        connection->transaction_status() != postgres::TransactionStatus::idle)
      return;
    const revisions::Ledger ledger(project_.config().text("ledger_schema"));
    const nlohmann::ordered_json record = {{"plugin", plugin_.info().name}, {"findings", base::to_json(findings)}};
    connection->query(ledger.event_sql(*run_.front().second.get_if<std::string>(), "plugin", "", record_json(record)));
  }

  script::Plugin& plugin_;
  const Project& project_;
  Map run_;
};

}  // namespace

std::unique_ptr<RunObserver> observe_by(script::Plugin& plugin, const Project& project) {
  return std::make_unique<PluginObserver>(plugin, project);
}

}  // namespace migrate
