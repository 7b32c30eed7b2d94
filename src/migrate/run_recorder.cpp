// Three kinds of event: "begin" (the plan, the state before), "migration" (its checks, statements and notes), "end"
// (the state after, the difference, the evidence).
#include "migrate/run_recorder.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/value_json.hpp"
#include "migrate/benchmarks.hpp"
#include "migrate/record_json.hpp"
#include "migrate/run_evidence.hpp"
#include "migrate/run_measure.hpp"
#include "operations/sql.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"
#include "postgres/sql_locks.hpp"
#include "postgres/sql_text.hpp"
#include "revisions/ledger.hpp"
#include "schema/difference.hpp"
#include "schema/past.hpp"

namespace migrate {

using nlohmann::ordered_json;
using revisions::Step;

namespace {

constexpr std::size_t most_statements = 2000, most_sql_bytes = 20000, most_facts = 3000;

/// Text from a script may be no UTF-8, and jsonb has no place for a zero byte.
std::string shown(std::string_view original) {
  const std::string text = base::redact(original);
  std::string kept = text.substr(0, most_sql_bytes);
  if (text.size() > most_sql_bytes) kept += fmt::format("\n... ({} bytes)", text.size());
  return base::replace_all(std::move(kept), std::string_view("\0", 1), " ");
}

/// "-- $1 = 'books', $2 = NULL" and a line break, to stand before the query; empty without parameters.
std::string shown_parameters(const postgres::Parameters& parameters) {
  constexpr std::size_t most_bytes = 200;
  std::vector<std::string> values;
  for (const postgres::Parameter& each : parameters) {
    std::string value = "NULL";
    if (each.text) {
      value = base::redact(*each.text);
      if (value.size() > most_bytes) value = value.substr(0, most_bytes) + "...";
      value = postgres::quote_literal(base::replace_all(base::replace_all(std::move(value), "\n", " "), "\r", " "));
    }
    values.push_back(fmt::format("${} = {}", values.size() + 1, value));
  }
  return values.empty() ? "" : "-- " + base::join(values, ", ") + "\n";
}

/// "data", "drops", "definitions", "queries", or "lookups" for what operations ask of the catalogue.
const char* phase_of(std::string_view sql) {
  const postgres::StatementKind kind = postgres::classify(sql).kind;
  if (kind == postgres::StatementKind::query) return sql.find("pg_catalog.") == sql.npos ? "queries" : "lookups";
  if (kind == postgres::StatementKind::data) return "data";
  return base::lower(base::trim(sql).substr(0, 5)) == "drop " ? "drops" : "definitions";
}

class Recorder final : public RunObserver {
 public:
  Recorder(Project& project, base::Console& console)
      : project_(project), console_(console), ledger_(project.config().text("ledger_schema")) {}

  void before_run(const RunPlan& plan, postgres::Connection& connection) override {
    run_ = plan.run;
    url_ = connection.url();
    begin_ = {{"command", plan.command},
              {"target", plan.target},
              {"position", plan.position},
              {"environment", project_.config().environment()},
              {"database", connection.url().setting("dbname")},
              {"url", connection.url().masked()},
              {"server_version", connection.parameter_status("server_version")},
              {"plan", ordered_json::array()},
              {"state", nullptr}};
    for (const Step& step : plan.steps) begin_["plan"].push_back(step_json(step));
    asks_past_ = asks_past(plan.steps);
    attempt([&] {
      before_ = schema::read_snapshot(connection, ledger_.schema());
      begin_["state"] = to_json(measure(connection, ledger_.schema()));
      has_before_ = true;
    });
  }

  void before_migration(const Step& step, script::Migration& migration, postgres::Connection& connection) override {
    migration_ = step_json(step);
    migration_["metadata"] = base::to_json(migration.metadata());
    migration_["guide"] = base::to_json(migration.guide());
    migration_["has_downgrade"] = migration.has_downgrade();
    migration_["tries"] = 1;
    migration_["samples"] = ordered_json::array();
    migration_["checks"] = ordered_json::array();
    migration_["notes"] = ordered_json::array();
    phases_ = {};
    forget_statements();
    forget_open();
    const bool up = step.direction == revisions::Direction::up;
    attempt([&] { benchmarks_.time_before(migration.guide(), up, connection); });
    if (!up) return;
    if (const base::Value* samples = migration.guide().find("samples")) read_samples(*samples, connection);
    const ordered_json& guide = migration_["guide"];
    if (guide.is_object() && guide.contains("success_criteria"))
      for (const ordered_json& each : guide["success_criteria"]) {
        ordered_json criterion = {
            {"text", each.is_string() ? each : each["text"]}, {"sql", nullptr}, {"state", "manual"}};
        if (each.is_object() && each.contains("sql")) criterion["sql"] = each["sql"];
        criteria_.push_back(std::move(criterion));
      }
  }

  void note(std::string text) override { migration_["notes"].push_back(shown(text)); }

  void after_statement(const script::StatementDone& statement) override {
    const char* phase = phase_of(statement.sql);
    if (!statement.error) phases_of_script_[phase] += statement.milliseconds;
    if (open_.size() >= most_statements) {
      ++left_out_;
      return;
    }
    open_parameters_.push_back(statement.parameters ? shown_parameters(*statement.parameters) : "");
    ordered_json entry = {{"sql", shown(statement.sql)},
                          {"place", statement.place},
                          {"milliseconds", statement.milliseconds},
                          {"tag", statement.command_tag},
                          {"rows", statement.rows},
                          {"lock", postgres::lock_of(statement.sql)},
                          {"phase", phase}};
    if (statement.error) entry["error"] = statement.error->what();
    open_.push_back(std::move(entry));
  }

  void before_verify(const Step&) override { close_script(); }

  void after_check(const CheckDone& done) override {
    ordered_json check = {
        {"section", done.section},
        {"number", done.number},
        {"count", done.count},
        {"kind", done.check.kind},
        {"doing", done.check.doing},
        {"passed", done.outcome.passed},
        {"text", done.outcome.text},
        {"lines", done.outcome.lines},
        {"advice", done.outcome.advice},
        {"place", done.check.line > 0 ? fmt::format("{}:{}", done.step.revision->path, done.check.line)
                                      : done.step.revision->path},
        {"milliseconds", done.milliseconds},
        {"sql", ordered_json::array()}};
    const base::Value* tried = done.outcome.data.find("tried");
    if (const base::List* statements = tried ? tried->get_if<base::List>() : nullptr) {
      // What a probe asks of the catalogue proves nothing; what it tries does. A plugin's check may say anything here.
      for (const base::Value& each : *statements)
        if (const std::string* sql = each.get_if<std::string>()) check["sql"].push_back(*sql);
    } else {
      for (std::size_t i = 0; i < open_.size(); ++i)
        check["sql"].push_back(open_parameters_[i] +
                               std::string(base::trim(open_[i]["sql"].get_ref<const std::string&>())));
    }
    forget_open();
    phases_of_script_ = {};
    phases_[done.section] += done.milliseconds;
    migration_["checks"].push_back(std::move(check));
  }

  void on_retry(const Step&) override {
    migration_["tries"] = migration_["tries"].get<int>() + 1;
    migration_["notes"] = ordered_json::array();
    forget_statements();
    forget_open();
    ordered_json kept = ordered_json::array();
    for (ordered_json& check : migration_["checks"])
      if (check["section"] == "preflight") kept.push_back(std::move(check));
    migration_["checks"] = std::move(kept);
  }

  std::string sql_at_commit(const Step&, double milliseconds) override {
    std::string sql = begin_sql() + migration_sql("done", milliseconds);
    return sql.substr(0, sql.size() - 2);
  }

  void after_migration(const Step& step, double, postgres::Connection& connection) override {
    has_written_begin_ = true;
    migration_ = {};
    attempt([&] { benchmarks_.time_after(step.revision->id, connection); });
    if (asks_past_ && step.direction == revisions::Direction::up)
      attempt([&] { connection.query(columns_sql(step.revision->id)); });
  }

  void on_error(const base::Error& error, const Step* step) override {
    if (!migration_.empty()) close_script();
    error_ = base::to_json(error)["error"];
    if (step) error_["revision"] = step->revision->id;
  }

  void after_run(const RunSummary& summary, const base::Error*, postgres::Connection* connection) override {
    ordered_json end = {
        {"position", summary.to}, {"milliseconds", summary.milliseconds}, {"state", nullptr},
        {"difference", nullptr},  {"evidence", ordered_json::array()},    {"criteria", ordered_json::array()},
        {"error", error_}};
    end["benchmarks"] = benchmarks_.take();
    end["memory_bytes"] = base::peak_memory();
    if (connection) attempt([&] { look_back(*connection, end); });
    std::string sql = begin_sql();
    if (!migration_.empty()) sql += migration_sql("failed", 0);
    sql += ledger_.event_sql(run_, "end", "", record_json(end)) + "; " + columns_sql(summary.to);
    try {
      if (!connection) throw base::Error(base::code::connection_lost, "the connection is gone");
      connection->query(sql);
    } catch (const base::Error& error) {
      if (error.code() != base::code::connection_lost || !url_) return warn(error);
      attempt([&] { project_.connect_again(*url_)->query(sql); });
    }
  }

 private:
  /// What cannot be read is not in the record. A lost connection is for the next step to find.
  template <class Action>
  void attempt(Action action) {
    try {
      action();
    } catch (const base::Error& error) {
      warn(error);
    }
  }

  void warn(const base::Error& error) {
    console_.debug("record", fmt::format("the record of this run is not complete: {}", error.what()));
  }

  /// For schema.at(): the columns at the end of a run. Between its steps they are kept only where a script of the
  /// project may ask for them in this very run, since most never do.
  std::string columns_sql(const std::string& position) const {
    return fmt::format("INSERT INTO {}.event (run, kind, revision, detail) SELECT {}, 'columns', {}, {}",
                       postgres::quote_identifier(ledger_.schema()), postgres::quote_literal(run_),
                       postgres::quote_literal(position), schema::columns_json_sql(ledger_.schema()));
  }

  bool asks_past(const std::vector<Step>& steps) const {
    if (steps.size() < 2) return false;
    for (const Step& step : steps) try {
        if (base::read_file(project_.absolute(step.revision->path)).find("schema.at") != std::string::npos) return true;
      } catch (const base::Error&) {
        // The run itself says what is wrong with the file.
      }
    return false;
  }

  static ordered_json step_json(const Step& step) {
    ordered_json json = {{"revision", step.revision->id},
                         {"direction", step.direction == revisions::Direction::up ? "up" : "down"},
                         {"revises", step.revision->revises},
                         {"message", step.revision->message},
                         {"path", step.revision->path},
                         {"transaction", step.revision->transactional},
                         {"irreversible", nullptr}};
    if (step.revision->irreversible) json["irreversible"] = *step.revision->irreversible;
    return json;
  }

  void forget_open() {
    open_ = ordered_json::array();
    open_parameters_.clear();
  }

  void forget_statements() {
    migration_["statements"] = ordered_json::array();
    phases_of_script_ = {};
    left_out_ = 0;
  }

  /// What is open now was sent by the script.
  void close_script() {
    for (ordered_json& statement : open_) migration_["statements"].push_back(std::move(statement));
    forget_open();
    for (const auto& [phase, milliseconds] : phases_of_script_) phases_[phase] += milliseconds;
    phases_of_script_ = {};
  }

  void read_samples(const base::Value& samples, postgres::Connection& connection) {
    const base::Map* map = samples.get_if<base::Map>();
    if (!map) return;
    for (const auto& entry : *map)
      attempt([&] { read_sample(entry.first, *entry.second.get_if<std::string>(), connection); });
  }

  void read_sample(const std::string& table, std::string_view sql, postgres::Connection& connection) {
    const std::string query = operations::query_text(sql);
    const postgres::Result rows =
        connection.query(fmt::format("SET LOCAL transaction_read_only = on; SET LOCAL statement_timeout = 2000; "
                                     "SELECT * FROM ({}\n) waxwing_sample LIMIT 3",
                                     query));
    ordered_json sample = {{"table", table}, {"sql", query}, {"rows", ordered_json::array()}};
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      // Pairs: jsonb would put names in an order of its own.
      ordered_json fields = ordered_json::array();
      for (std::size_t column = 0; column < rows.columns(); ++column)
        fields.push_back({rows.column_name(column), rows.is_null(row, column)
                                                        ? ordered_json(nullptr)
                                                        : ordered_json(shown(rows.value(row, column)))});
      sample["rows"].push_back(std::move(fields));
    }
    migration_["samples"].push_back(std::move(sample));
  }

  std::string begin_sql() {
    return has_written_begin_ ? "" : ledger_.event_sql(run_, "begin", "", record_json(begin_)) + "; ";
  }

  std::string migration_sql(const char* outcome, double milliseconds) {
    migration_["outcome"] = outcome;
    migration_["milliseconds"] = milliseconds;
    migration_["phases"] = phases_;
    migration_["statements_left_out"] = left_out_;
    return ledger_.event_sql(run_, "migration", migration_["revision"].get<std::string>(), record_json(migration_)) +
           "; ";
  }

  void look_back(postgres::Connection& connection, ordered_json& end) {
    const Measure now = measure(connection, ledger_.schema());
    end["state"] = to_json(now);
    if (!has_before_) return;
    const schema::Snapshot after = schema::read_snapshot(connection, ledger_.schema());
    const schema::Difference difference = schema::compare(before_, after);
    if (error_.is_null()) end["evidence"] = gather_evidence(connection, difference, after, now);
    end["difference"] = short_json(difference);
    for (ordered_json& criterion : criteria_) evaluate(connection, criterion);
    end["criteria"] = std::move(criteria_);
  }

  /// A criterion with a query holds when its first value is true.
  static void evaluate(postgres::Connection& connection, ordered_json& criterion) {
    if (criterion["sql"].is_null()) return;
    try {
      const postgres::Result result =
          connection.query("SET LOCAL transaction_read_only = on; SET LOCAL statement_timeout = 2000; " +
                           criterion["sql"].get<std::string>());
      criterion["found"] = result.empty() || result.columns() == 0 ? "" : result.text(0, 0);
      criterion["state"] = criterion["found"] == "t" ? "ok" : "failed";
    } catch (const postgres::SqlError& error) {
      criterion["found"] = error.diagnostics().message;
      criterion["state"] = "failed";
    }
  }

  /// A run that makes a thousand tables is told by its counts.
  static ordered_json short_json(const schema::Difference& difference) {
    const std::size_t count = difference.added.size() + difference.removed.size() + difference.changed.size();
    if (count <= most_facts) return schema::to_json(difference);
    schema::Difference tables;
    const auto keep = [&](const std::vector<schema::Fact>& from, std::vector<schema::Fact>& to) {
      for (const schema::Fact& fact : from)
        if (std::string_view(fact.kind->name) == "table" && to.size() < most_facts / 10) to.push_back(fact);
    };
    keep(difference.added, tables.added);
    keep(difference.removed, tables.removed);
    ordered_json json = schema::to_json(tables);
    json["left_out"] = count - tables.added.size() - tables.removed.size();
    return json;
  }

  Project& project_;
  base::Console& console_;
  const revisions::Ledger ledger_;
  std::string run_;
  std::optional<postgres::Url> url_;
  schema::Snapshot before_;
  bool has_before_ = false, has_written_begin_ = false, asks_past_ = false;
  ordered_json begin_, migration_, error_;
  /// Statements that are not yet known to be a check's or the script's.
  ordered_json open_ = ordered_json::array();
  /// Shown with the queries of checks; a script's may be rows of the user's.
  std::vector<std::string> open_parameters_;
  std::map<std::string, double> phases_, phases_of_script_;
  std::size_t left_out_ = 0;
  ordered_json criteria_ = ordered_json::array();
  Benchmarks benchmarks_;
};

}  // namespace

std::unique_ptr<RunObserver> run_recorder(Project& project, base::Console& console) {
  return std::make_unique<Recorder>(project, console);
}

}  // namespace migrate
