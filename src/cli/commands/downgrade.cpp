// waxwing downgrade: undoes revisions down to a target.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/preflight_only.hpp"
#include "migrate/backup_policy.hpp"
#include "migrate/policy.hpp"
#include "migrate/refusals.hpp"
#include "migrate/sql_script.hpp"

namespace cli {

namespace {

base::Exit write_script(Context& context) {
  const revisions::Graph& graph = context.graph();
  const revisions::Range range = revisions::parse_range(context.argument(0));
  if (!range.has_colon || range.from.empty() || range.to.empty())
    throw base::Error(base::code::bad_target, "downgrade --sql needs a range")
        .because("without a database the script does not know where it starts")
        .advise(fmt::format("waxwing downgrade head:{} --sql", context.argument(0)));
  revisions::Applied applied;
  for (const revisions::Revision* each : graph.ancestors(revisions::resolve_target(graph, {}, range.from)))
    applied.push_back(each->id);
  const std::vector<revisions::Step> steps = revisions::plan_downgrade(graph, applied, range.to);
  migrate::refuse_impossible(context.project(), steps);
  migrate::write_sql_script(context.project(), steps, false, context.console);
  return base::Exit::done;
}

base::Exit run(Context& context) {
  if (context.arguments.has("sql")) return write_script(context);
  migrate::Project& project = context.project();
  const revisions::Graph& graph = context.graph();
  const std::string target = context.argument(0);
  if (context.arguments.has("preflight"))
    return preflight_only(context, [&](const revisions::Applied& applied) {
      ChosenSteps chosen{revisions::plan_downgrade(graph, applied, target)};
      migrate::refuse_impossible(project, chosen.steps);
      return chosen;
    });
  migrate::LockedDatabase database(project, context.console);
  const std::vector<revisions::Step> steps = revisions::plan_downgrade(graph, database.applied(), target);
  if (steps.empty()) {
    print_nothing_to_do(context.console, "downgrade", migrate::position(graph, database.applied()));
    return base::Exit::done;
  }
  for (const revisions::Step& step : steps)
    context.console.info("migrate", fmt::format("will undo {} ({})", step.revision->id, step.revision->message));
  migrate::refuse_impossible(project, steps, [&](const revisions::Revision& revision) {
    return migrate::way_back(project, database.connection(), revision);
  });
  migrate::refuse_by_policy(project, steps, context.arguments.has("outside-hours"));
  migrate::RunOptions options{"downgrade", target, context.arguments.has("all-checks")};
  options.detail =
      migrate::require_backup(project, database, steps, context.arguments.has("no-backup-i-know"), context.console);
  if (project.wants_typed_confirmation())
    confirm_by_name(context.console, database.connection().url().database(), context.arguments.value("yes"),
                    fmt::format("undoing {} on {}", base::count_of(static_cast<long long>(steps.size()), "revision"),
                                database.connection().url().masked()));
  const migrate::RunSummary summary = migrate::run_steps(project, database, steps, options, context.console);
  print_summary(context.console, "downgrade", steps, summary);
  return base::Exit::done;
}

}  // namespace

extern const Command downgrade_command;
const Command downgrade_command{
    "downgrade",
    "TARGET",
    "Undo revisions down to TARGET (-1, base, a revision).",
    1,
    1,
    {{"--sql", nullptr, "Print the SQL instead of running it; TARGET is a range from:to."},
     {"--preflight", nullptr,
      "Only look for rows that will not fit, and change nothing; exit status 6 when there are."},
     {"--all-checks", nullptr, "Report every failing pre-flight check, not only the first."},
     {"--yes", "NAME", "The database's name, where the environment wants it typed."},
     {"--outside-hours", nullptr, "Go on outside of the hours that the environment allows."},
     {"--no-backup-i-know", nullptr, "Go on without the backup that is required; the run's record says so."},
     {"--lock-wait", "SECONDS", "Wait this long for another migrator to finish."}},
    run,
    "An irreversible revision is refused with its author's reason before the database is touched."};

}  // namespace cli
