// waxwing sessions: who else is connected to the database.
#include "schema/sessions.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"

namespace cli {

namespace {

using schema::OtherSession;

std::string age(const std::optional<double>& seconds) {
  return seconds ? base::human_duration(*seconds * 1000) : std::string();
}

std::string waits_for(const OtherSession& session) {
  if (session.blocked_by.empty()) return session.state == "active" ? session.waits_for : std::string();
  std::vector<std::string> pids;
  for (const int pid : session.blocked_by) pids.push_back(std::to_string(pid));
  return session.waits_for + ", held by " + base::join(pids, ", ");
}

nlohmann::ordered_json to_json(const OtherSession& session) {
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  };
  return {{"pid", session.pid},
          {"application_name", session.application},
          {"user", session.user},
          {"client", session.client},
          {"state", session.state},
          {"transaction_s", number(session.transaction_s)},
          {"waits_for", session.waits_for},
          {"blocked_by", session.blocked_by},
          {"query_start", session.query_start},
          {"query_s", number(session.query_s)},
          {"query", session.query}};
}

std::string shortened(const std::string& query) {
  constexpr std::size_t most = 60;
  std::string text = query.substr(0, most);
  while (!base::is_valid_utf8(text)) text.pop_back();
  return text.size() < query.size() ? text + "..." : text;
}

void print(base::Console& console, const std::vector<OtherSession>& sessions) {
  TextTable table{"",
                  {{"pid", true},
                   {"application"},
                   {"user"},
                   {"client"},
                   {"state"},
                   {"transaction", true},
                   {"waits for"},
                   {"query start"},
                   {"query"}},
                  {}};
  for (const OtherSession& each : sessions)
    table.rows.push_back({std::to_string(each.pid), each.application, each.user, each.client, each.state,
                          age(each.transaction_s), waits_for(each), each.query_start, shortened(each.query)});
  for (const std::string& line : table.lines()) console.result(line);
}

base::Exit run(Context& context) {
  const auto connection = context.project().connect(migrate::Purpose::look);
  const std::string database = connection->url().database();
  const std::vector<OtherSession> sessions = schema::read_other_sessions(*connection);
  const bool fails = context.arguments.has("fail-if-any") && !sessions.empty();
  base::Console& console = context.console;
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["database"] = database;
    json["sessions"] = nlohmann::ordered_json::array();
    for (const OtherSession& each : sessions) json["sessions"].push_back(to_json(each));
    console.json(json);
  } else if (sessions.empty()) {
    console.result(fmt::format("{} Nobody else is connected to \"{}\"", console.mark(base::Mark::ok), database));
  } else {
    print(console, sessions);
    console.result("");
    console.result(fmt::format("{} {} on \"{}\"; to end one: select pg_terminate_backend(PID)",
                               console.mark(fails ? base::Mark::failed : base::Mark::warning),
                               base::count_of(static_cast<long long>(sessions.size()), "other session"), database));
  }
  return fails ? base::Exit::validation_failed : base::Exit::done;
}

}  // namespace

extern const Command sessions_command;
const Command sessions_command{
    "sessions",
    "[--fail-if-any]",
    "List who else is connected to the database.",
    0,
    0,
    {{"--fail-if-any", nullptr, "Exit with status 6 when there is anybody: is the application stopped?"}},
    run,
    "Of statements the words are shown and not the values, which may be secrets. Without the rights of\n"
    "pg_read_all_stats the server tells nothing about the sessions of other users but that they are there."};

}  // namespace cli
