// waxwing resume: goes on with a half-done migration.
#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/half_done.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  migrate::Project& project = context.project();
  migrate::LockedDatabase database(project, context.console);
  const migrate::HalfDone migration = the_half_done(context, database);
  for (const char* option : {"skip", "retry", "mark-done"})
    if (context.arguments.has(option)) refuse_another_revision(migration, context.arguments.value(option));
  if (context.arguments.has("mark-done")) {
    migrate::mark_done(project, database, migration);
    print_outcome(context, "resume", migration, "is recorded as done; nothing was run");
    return base::Exit::done;
  }
  if (context.arguments.has("retry")) migrate::retry(database, migration);
  const std::vector<revisions::Step> steps = {{&context.graph().resolve(migration.revision), migration.direction}};
  const migrate::RunSummary summary = migrate::run_steps(
      project, database, steps, {"resume", migration.revision, false, context.arguments.has("skip")}, context.console);
  print_summary(context.console, "resume", steps, summary);
  return base::Exit::done;
}

}  // namespace

extern const Command resume_command;
const Command resume_command{
    "resume",
    "",
    "Go on with a migration that was stopped between two of its statements.",
    0,
    0,
    {{"--skip", "REV", "Leave out the statement at which REV stopped."},
     {"--retry", "REV", "Send the interrupted statement of REV again, without looking whether it was done."},
     {"--mark-done", "REV", "Take REV as done without running the rest."},
     {"--lock-wait", "SECONDS", "Wait this long for another migrator to finish."}},
    run,
    "`waxwing status` shows what is done and what is next. REV is typed out so that it is meant."};

}  // namespace cli
