// waxwing rollback-plan: the way back from a revision, before it is needed.
#include "migrate/rollback_plan.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/said_environment.hpp"

namespace cli {

namespace {

using migrate::RollbackPlan;

nlohmann::ordered_json to_json(const RollbackPlan& plan) {
  nlohmann::ordered_json json = document();
  json["revision"] = plan.revision;
  json["applied"] = plan.is_applied;
  json["reversible"] = plan.is_reversible;
  json["backup"] = nullptr;
  if (plan.backup)
    json["backup"] = {{"path", plan.backup->path},
                      {"bytes", plan.backup->bytes},
                      {"time", plan.backup->time},
                      {"for_revision", plan.backup->is_for_revision},
                      {"proved", plan.backup->is_proved}};
  json["steps"] = nlohmann::ordered_json::array();
  for (const migrate::RollbackStep& step : plan.steps)
    json["steps"].push_back({{"title", step.title}, {"commands", step.commands}, {"remark", step.remark}});
  json["counts"] = nlohmann::ordered_json::object();
  for (const auto& [table, rows] : plan.counts) json["counts"][table] = rows;
  return json;
}

std::string headline(const RollbackPlan& plan) {
  return fmt::format("Rollback of {}{}{}", plan.revision, plan.message.empty() ? "" : ", ", plan.message);
}

std::string way(const RollbackPlan& plan) {
  return std::string(plan.is_reversible ? "It can be undone by a downgrade."
                                        : "It cannot be undone: the way back is a backup.") +
         (plan.is_applied ? "" : " It is not applied to this database yet.");
}

std::string count_words(const RollbackPlan& plan) {
  return plan.counts_are_of_before ? "Rows before the upgrade, which must be there afterwards"
                                   : "Rows now, to compare with afterwards";
}

void print_text(base::Console& console, const RollbackPlan& plan) {
  console.result(headline(plan));
  console.result(way(plan));
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const migrate::RollbackStep& step = plan.steps[i];
    console.result("");
    console.result(fmt::format("{}. {}", i + 1, step.title));
    for (const std::string& command : step.commands) console.result("     " + command);
    if (!step.remark.empty()) console.result("   " + step.remark);
  }
  if (plan.counts.empty()) return;
  console.result("");
  console.result(count_words(plan) + ":");
  for (const auto& [table, rows] : plan.counts) console.result(fmt::format("  {}: {}", table, rows));
}

void print_markdown(base::Console& console, const RollbackPlan& plan) {
  console.result("# " + headline(plan));
  console.result("");
  console.result(way(plan));
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const migrate::RollbackStep& step = plan.steps[i];
    console.result("");
    console.result(fmt::format("## {}. {}", i + 1, step.title));
    if (!step.commands.empty()) {
      console.result("\n```bash");
      for (const std::string& command : step.commands) console.result(command);
      console.result("```");
    }
    if (!step.remark.empty()) console.result("\n" + step.remark);
  }
  if (plan.counts.empty()) return;
  console.result(fmt::format("\n## {}\n\n| table | rows |\n|---|---:|", count_words(plan)));
  for (const auto& [table, rows] : plan.counts) console.result(fmt::format("| {} | {} |", table, rows));
}

base::Exit run(Context& context) {
  migrate::Project& project = context.project();
  const auto connection = project.connect(migrate::Purpose::check);
  const revisions::Applied applied =
      revisions::applied_ids(revisions::Ledger(project.config().text("ledger_schema")).read(*connection));
  const auto chosen = revisions::resolve_target(context.graph(), applied, context.argument(0, "head"));
  if (chosen.size() != 1)
    throw base::Error(base::code::bad_target, fmt::format("\"{}\" is not one revision", context.argument(0, "head")))
        .advise("waxwing history");
  RollbackPlan plan =
      migrate::make_rollback_plan(project, *chosen.front(), *connection, {find_command("restore") != nullptr});
  for (migrate::RollbackStep& step : plan.steps) {
    for (std::string& command : step.commands) command = with_environment(command, context.arguments.value("env"));
    step.remark = with_environment(step.remark, context.arguments.value("env"));
  }
  if (context.json())
    context.console.json(to_json(plan));
  else if (context.arguments.has("md"))
    print_markdown(context.console, plan);
  else
    print_text(context.console, plan);
  return base::Exit::done;
}

}  // namespace

extern const Command rollback_plan_command;
const Command rollback_plan_command{
    "rollback-plan",
    "[REV] [--md]",
    "Print the way back from a revision (head by default), filled in for this database.",
    0,
    1,
    {{"--md", nullptr, "As Markdown, for a run-book."}},
    run,
    "Stop, undo or restore the newest backup that was made before the revision, previous code, start, and\n"
    "the counts of rows to compare. The commands of application = { stop = ..., start = ..., deploy = ..., health =\n"
    "... } in waxwing.lua take their places; {commit} in deploy is the commit before the migration's file."};

}  // namespace cli
