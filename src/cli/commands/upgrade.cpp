// waxwing upgrade: applies revisions up to a target.
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
#include "migrate/untracked.hpp"

namespace cli {

namespace {

/// `upgrade a:b --sql` starts at a; `--from current` asks the database; without either the script starts at base, as
/// Alembic's does.
revisions::Applied applied_for_script(Context& context, const revisions::Range& range) {
  const revisions::Graph& graph = context.graph();
  std::string from = range.has_colon ? range.from : context.arguments.value("from");
  if (from == "current") {
    const auto connection = context.project().connect(migrate::Purpose::look);
    return revisions::applied_ids(
        revisions::Ledger(context.project().config().text("ledger_schema")).read(*connection));
  }
  if (from.empty() || from == "base") return {};
  revisions::Applied applied;
  for (const revisions::Revision* each : graph.ancestors(revisions::resolve_target(graph, {}, from)))
    applied.push_back(each->id);
  return applied;
}

base::Exit write_script(Context& context) {
  const revisions::Range range = revisions::parse_range(context.argument(0));
  const revisions::Applied applied = applied_for_script(context, range);
  const std::vector<revisions::Step> steps =
      revisions::plan_upgrade(context.graph(), applied, range.to.empty() ? "head" : range.to);
  migrate::write_sql_script(context.project(), steps, applied.empty(), context.console);
  return base::Exit::done;
}

base::Exit run(Context& context) {
  if (context.arguments.has("sql")) return write_script(context);
  const std::string target = context.argument(0);
  if (revisions::parse_range(target).has_colon && !context.graph().find(target))
    throw base::Error(base::code::bad_target, fmt::format("a range such as \"{}\" is for --sql", target))
        .because("a run starts where the database is")
        .advise(fmt::format("waxwing upgrade {}    or    waxwing upgrade {} --sql", revisions::parse_range(target).to,
                            target));
  migrate::Project& project = context.project();
  const revisions::Graph& graph = context.graph();
  if (context.arguments.has("preflight"))
    return preflight_only(context, [&](const revisions::Applied& applied) {
      return ChosenSteps{revisions::plan_upgrade(graph, applied, target)};
    });
  migrate::LockedDatabase database(project, context.console);
  migrate::refuse_edited(project, database.rows());
  const std::vector<revisions::Step> steps = revisions::plan_upgrade(graph, database.applied(), target);
  if (steps.empty()) {
    print_nothing_to_do(context.console, "upgrade", migrate::position(graph, database.applied()));
    return base::Exit::done;
  }
  if (database.rows().empty())
    database.with_reconnect([&] {
      migrate::warn_of_untracked_schema(database.connection(), graph, database.ledger().schema(), context.console);
    });
  print_critical_warnings(context.console, steps);
  migrate::refuse_by_policy(project, steps, context.arguments.has("outside-hours"));
  if (const auto irreversible = migrate::irreversible_steps(steps);
      !irreversible.empty() && project.wants_typed_confirmation())
    confirm_by_name(context.console, database.connection().url().database(), context.arguments.value("yes"),
                    fmt::format("upgrading {} past {}, which cannot be undone,", database.connection().url().masked(),
                                base::join(irreversible, ", ")));
  migrate::RunOptions options{"upgrade", target, context.arguments.has("all-checks")};
  options.detail =
      migrate::require_backup(project, database, steps, context.arguments.has("no-backup-i-know"), context.console);
  const migrate::RunSummary summary = migrate::run_steps(project, database, steps, options, context.console);
  print_summary(context.console, "upgrade", steps, summary);
  return base::Exit::done;
}

}  // namespace

extern const Command upgrade_command;
const Command upgrade_command{
    "upgrade",
    "TARGET",
    "Apply revisions up to TARGET (head, a revision, +2, label@head).",
    1,
    1,
    {{"--sql", nullptr, "Print the SQL instead of running it; TARGET may be a range a:b."},
     {"--from", "REV", "With --sql: start at REV, or at what the database has with \"current\"."},
     {"--preflight", nullptr,
      "Only run the pre-flight checks of all steps, and change nothing; exit status 6 when one fails."},
     {"--all-checks", nullptr, "Report every failing pre-flight check, not only the first."},
     {"--yes", "NAME", "The database's name, where the environment wants it typed."},
     {"--outside-hours", nullptr, "Go on outside of the hours that the environment allows."},
     {"--no-backup-i-know", nullptr, "Go on without the backup that is required; the run's record says so."},
     {"--lock-wait", "SECONDS", "Wait this long for another migrator to finish."}},
    run,
    "Each revision is one transaction: its change, its verification and its ledger row commit together.\n"
    "`waxwing help targets` shows every form of TARGET."};

}  // namespace cli
