// waxwing current: where the database is.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  migrate::Project& project = context.project();
  const revisions::Graph& graph = context.graph();
  const auto connection = project.connect(migrate::Purpose::look);
  const auto rows = revisions::Ledger(project.config().text("ledger_schema")).read(*connection);
  const revisions::Applied applied = revisions::applied_ids(rows);
  const auto current = revisions::current_heads(graph, applied);
  const auto heads = graph.heads();
  const bool up_to_date = std::all_of(heads.begin(), heads.end(), [&](const revisions::Revision* head) {
    return std::find(applied.begin(), applied.end(), head->id) != applied.end();
  });
  std::vector<std::string> unknown;
  for (const std::string& id : applied)
    if (!graph.find(id)) unknown.push_back(id);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["current"] = nlohmann::ordered_json::array();
    for (const revisions::Revision* revision : current) json["current"].push_back(revision_json(graph, *revision));
    json["unknown"] = unknown;
    json["applied"] = applied.size();
    json["up_to_date"] = up_to_date;
    context.console.json(json);
  } else {
    if (context.console.options().verbose)
      context.console.result("Current revision(s) for " + connection->url().masked() + ":");
    for (const revisions::Revision* revision : current)
      context.console.result(context.console.options().verbose ? verbose_text(graph, *revision)
                                                               : short_line(graph, *revision));
    for (const std::string& id : unknown) context.console.result(id + " (not among the files)");
  }
  if (context.arguments.has("check-heads") && !up_to_date)
    throw base::Error(base::code::not_up_to_date, "target database is not up to date")
        .because("it is at " + migrate::position(graph, applied))
        .advise("waxwing current    waxwing history    waxwing upgrade head");
  return base::Exit::done;
}

}  // namespace

extern const Command current_command;
const Command current_command{
    "current", "", "Show the revision the database is at.",
    0,         0,  {{"--check-heads", nullptr, "Exit with status 4 when revisions are pending."}},
    run};

}  // namespace cli
