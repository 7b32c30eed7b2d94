// The run commits with the restore; what is different afterwards is written behind it.
#include "migrate/restore_record.hpp"

#include <fmt/format.h>

#include <exception>

#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "migrate/record_json.hpp"
#include "migrate/run_measure.hpp"
#include "postgres/quote.hpp"
#include "schema/difference.hpp"

namespace migrate {

using nlohmann::ordered_json;

namespace {

/// Each compared table as a question with its answer.
ordered_json evidence_of(const std::vector<schema::TableSum>& tables) {
  constexpr std::size_t most = 200;
  ordered_json evidence = ordered_json::array();
  for (const schema::TableSum& table : tables) {
    if (evidence.size() == most) break;
    const std::string found = fmt::format("{}, checksum {}", base::count_of(table.rows, "row"), table.sum);
    evidence.push_back({{"group", "restored"},
                        {"title", fmt::format("{} is as it was backed up", table.shown())},
                        {"table", table.quoted()},
                        {"sql", schema::sum_sql(table)},
                        {"expected", found},
                        {"found", found},
                        {"rows", nullptr},
                        {"state", "ok"}});
  }
  return evidence;
}

}  // namespace

RestoreRecord::RestoreRecord(Project& project, base::Console& console, postgres::Connection& connection,
                             const std::string& file, const std::string& position)
    : console_(console), ledger_(project.config().text("ledger_schema")), position_(position) {
  start_ = {base::random_uuid(), "restore", file, base::host_name(), record_json({{"backup", {{"file", file}}}})};
  begin_ = {{"command", "restore"},
            {"target", file},
            {"position", position},
            {"environment", project.config().environment()},
            {"database", connection.url().setting("dbname")},
            {"url", connection.url().masked()},
            {"server_version", connection.parameter_status("server_version")},
            {"plan", ordered_json::array()},
            {"state", nullptr}};
  try {
    before_ = schema::read_snapshot(connection, ledger_.schema());
    begin_["state"] = to_json(measure(connection, ledger_.schema()));
  } catch (const base::Error& error) {
    base::throw_if_interrupted();
    console_.debug("record", fmt::format("the record of this restore is not complete: {}", error.what()));
  }
}

std::string RestoreRecord::start_sql(const char* outcome) const {
  return ledger_.start_run_sql(start_) + ";\n" + ledger_.event_sql(start_.run, "begin", "", record_json(begin_)) +
         ";\n" + ledger_.finish_run_sql(start_.run, outcome, "") + ";\n";
}

std::string RestoreRecord::sql_at_commit() const {
  const std::string quote = "$w" + base::random_hex(12) + "$";
  return fmt::format(
      "DO {0} BEGIN IF pg_catalog.to_regclass({1}) IS NOT NULL THEN\n{2}END IF; EXCEPTION WHEN OTHERS THEN NULL; END "
      "{0};\n",
      quote, postgres::quote_literal(postgres::quote_qualified(ledger_.schema(), "event")), start_sql("done"));
}

ordered_json RestoreRecord::end_event(postgres::Connection& connection, const std::string& position,
                                      double milliseconds) const {
  ordered_json end = {{"position", position},
                      {"milliseconds", milliseconds},
                      {"state", to_json(measure(connection, ledger_.schema()))},
                      {"difference", nullptr},
                      {"evidence", ordered_json::array()},
                      {"criteria", ordered_json::array()},
                      {"error", nullptr}};
  if (before_)
    end["difference"] = schema::to_json(schema::compare(*before_, schema::read_snapshot(connection, ledger_.schema())));
  return end;
}

void RestoreRecord::done(postgres::Connection& connection, const RestoreSummary& summary,
                         const std::vector<schema::TableSum>& compared) {
  try {
    ordered_json end = end_event(connection, summary.position, summary.milliseconds);
    end["evidence"] = evidence_of(compared);
    const std::string event = ledger_.event_sql(start_.run, "end", "", record_json(end));
    if (ledger_.read_runs(connection, start_.run, 1).empty())
      console_.info("restore", "the backup has no ledger, so the restore is not recorded");
    else
      connection.query(event);
  } catch (const base::Error& error) {
    console_.debug("record", fmt::format("the record of this restore is not complete: {}", error.what()));
  }
}

void RestoreRecord::failed(postgres::Connection& connection, const base::Error& error, double milliseconds) {
  const base::LastWords words;
  try {
    if (ledger_.read_version(connection) == 0) return;
    ordered_json end = {{"position", position_},
                        {"milliseconds", milliseconds},
                        {"state", nullptr},
                        {"difference", nullptr},
                        {"evidence", ordered_json::array()},
                        {"criteria", ordered_json::array()},
                        {"error", base::to_json(error)["error"]}};
    connection.query("BEGIN;\n" + start_sql(base::interrupt_signal() ? "interrupted" : "failed") +
                     ledger_.event_sql(start_.run, "end", "", record_json(end)) + ";\nCOMMIT");
  } catch (const std::exception& reason) {
    console_.debug("record", fmt::format("the failed restore is not recorded: {}", reason.what()));
  }
}

}  // namespace migrate
