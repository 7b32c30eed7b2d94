// Runs that were kept and runs that were not, newest first.
#include "cli/fix_history.hpp"

#include <algorithm>

#include "cli/fix_output.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "migrate/fixes/fix_attempts.hpp"

namespace cli {

namespace {

nlohmann::ordered_json json_of(const migrate::FixAttempt& attempt) {
  return {{"run", attempt.run},         {"at", attempt.at},
          {"by", attempt.by},           {"name", attempt.fix},
          {"ticket", attempt.ticket},   {"reason", attempt.reason},
          {"outcome", attempt.outcome}, {"detail", nlohmann::ordered_json::parse(attempt.detail)}};
}

}  // namespace

base::Exit fix_history(Context& context) {
  migrate::Project& project = context.project();
  const auto connection = project.connect(migrate::Purpose::look);
  const std::string schema = project.config().text("ledger_schema");
  constexpr int most_listed = 200;
  const std::vector<migrate::FixRow> rows = migrate::FixLedger(schema).read(*connection, "", most_listed);
  const std::vector<migrate::FixAttempt> attempts = migrate::read_attempts(*connection, schema, most_listed);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["runs"] = nlohmann::ordered_json::array();
    for (const migrate::FixRow& row : rows) json["runs"].push_back(json_of(row));
    json["attempts"] = nlohmann::ordered_json::array();
    for (const migrate::FixAttempt& attempt : attempts) json["attempts"].push_back(json_of(attempt));
    context.console.json(json);
    return base::Exit::done;
  }
  TextTable table{"", {{"run"}, {"at"}, {"by"}, {"fix"}, {"ticket"}, {"state"}, {"reason"}}, {}};
  for (const migrate::FixRow& row : rows)
    table.rows.push_back({row.run.substr(0, 8), row.committed_at.substr(0, 19), row.committed_by, row.name, row.ticket,
                          state_of(row), row.reason});
  for (const migrate::FixAttempt& each : attempts)
    table.rows.push_back(
        {each.run.substr(0, 8), each.at.substr(0, 19), each.by, each.fix, each.ticket, each.outcome, each.reason});
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) { return a[1] > b[1]; });
  if (table.rows.empty()) context.console.result("no fix was run on this database");
  if (!table.rows.empty())
    for (const std::string& line : table.lines()) context.console.result(line);
  return base::Exit::done;
}

}  // namespace cli
