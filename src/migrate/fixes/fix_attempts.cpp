// One message each, in no transaction of the fix.
#include "migrate/fixes/fix_attempts.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "migrate/record_json.hpp"
#include "postgres/quote.hpp"

namespace migrate {

using base::Error;
using nlohmann::json;
namespace code = base::code;

namespace {

void record(LockedDatabase& database, const revisions::RunStart& start, const char* outcome, const json& detail,
            base::Console& console) {
  if (base::interrupt_signal() != 0 || !database.is_connected()) return;
  try {
    postgres::Connection& connection = database.connection();
    const revisions::Ledger& ledger = database.ledger();
    if (connection.transaction_status() != postgres::TransactionStatus::idle || ledger.read_version(connection) == 0)
      return;
    connection.query(ledger.start_run_sql(start) + "; " +
                     ledger.finish_run_sql(start.run, outcome, record_json(detail)));
  } catch (const Error& error) {
    console.warn("fix", fmt::format("the run is not in the ledger: {}", error.what()));
  }
}

}  // namespace

revisions::RunStart start_of(const FixPlan& plan) {
  json detail = {
      {"fix", plan.row.name}, {"reason", plan.row.reason}, {"ticket", plan.row.ticket}, {"undoes", plan.row.undoes}};
  if (!plan.row.parameters.empty()) detail["parameters"] = json::parse(plan.row.parameters, nullptr, false);
  if (!plan.commits) detail["dry_run"] = true;
  return {plan.row.run, plan.command, plan.row.path, base::host_name(), record_json(detail)};
}

revisions::RunStart start_of(const std::string& path, const std::string& fix, const std::string& reason,
                             const std::string& ticket, bool commits) {
  FixPlan plan;
  plan.row.run = base::random_uuid();
  plan.row.path = path;
  plan.row.name = fix;
  plan.row.reason = reason;
  plan.row.ticket = ticket;
  plan.command = "fix";
  plan.commits = commits;
  return start_of(plan);
}

void record_dry_run(LockedDatabase& database, const revisions::RunStart& start, const FixOutcome& outcome,
                    base::Console& console) {
  json tables = json::array();
  for (const FixTableRow& table : outcome.tables)
    tables.push_back({{"table", table.shown()},
                      {"inserted", table.inserted},
                      {"updated", table.updated},
                      {"deleted", table.deleted}});
  record(database, start, "done",
         {{"statements", outcome.row.statements}, {"milliseconds", outcome.milliseconds}, {"tables", tables}}, console);
}

void record_refusal(LockedDatabase& database, const revisions::RunStart& start, const Error& error,
                    base::Console& console) {
  record(database, start, "failed", base::to_json(error), console);
}

std::vector<FixAttempt> read_attempts(postgres::Session& session, const std::string& ledger_schema, int limit) {
  const auto table = [&](const char* name) { return postgres::quote_qualified(ledger_schema, name); };
  const auto exists = [&](const char* name) {
    return !session.query("SELECT pg_catalog.to_regclass($1::text)", {{table(name)}}).is_null(0, 0);
  };
  if (!exists("run")) return {};
  const std::string kept = exists("fix") ? fmt::format(
                                               " AND NOT EXISTS (SELECT FROM {} f WHERE f.run OPERATOR("
                                               "pg_catalog.=) r.run)",
                                               table("fix"))
                                         : "";
  const postgres::Result rows = session.query(fmt::format(
      "SELECT r.run, r.started_at, r.started_by, r.detail ->> 'fix', r.detail ->> 'ticket', r.detail ->> 'reason', "
      "CASE "
      "WHEN r.outcome IS NULL THEN 'unfinished' WHEN r.outcome OPERATOR(pg_catalog.=) 'failed' THEN 'refused' WHEN "
      "r.outcome OPERATOR(pg_catalog.=) 'done' THEN 'dry run' ELSE r.outcome END, r.detail FROM {} r WHERE r.command "
      "OPERATOR(pg_catalog.=) ANY (ARRAY['fix', 'fix undo']){} ORDER BY r.started_at DESC, r.run LIMIT {}",
      table("run"), kept, limit));
  std::vector<FixAttempt> attempts;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    attempts.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.text(i, 4),
                        rows.text(i, 5), rows.text(i, 6), rows.text(i, 7)});
  return attempts;
}

}  // namespace migrate
