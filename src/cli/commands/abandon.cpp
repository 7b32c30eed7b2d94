// waxwing abandon: forgets what was done of a half-done migration.
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/half_done.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  migrate::LockedDatabase database(context.project(), context.console);
  const migrate::HalfDone migration = the_half_done(context, database);
  refuse_another_revision(migration, context.argument(0));
  migrate::abandon(database, migration);
  print_outcome(
      context, "abandon", migration,
      fmt::format("is forgotten; {} of it in the database",
                  base::count_of(static_cast<long long>(migration.done()), "statement stays", "statements stay")));
  if (context.json()) return base::Exit::done;
  for (const revisions::JournalRow& row : migration.rows)
    if (row.is_done) context.console.result(fmt::format("  {}", base::trim(row.statement)));
  return base::Exit::done;
}

}  // namespace

extern const Command abandon_command;
const Command abandon_command{
    "abandon",
    "REV",
    "Forget what was done of the half-done REV; the database keeps it.",
    1,
    1,
    {{"--lock-wait", "SECONDS", "Wait this long for another migrator to finish."}},
    run,
    "The next upgrade begins REV from its start, so undo by hand what it did, or make it skip that."};

}  // namespace cli
