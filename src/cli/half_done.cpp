// Finding it, and making sure.
#include "cli/half_done.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/output.hpp"

namespace cli {

migrate::HalfDone the_half_done(Context& context, const migrate::LockedDatabase& database) {
  if (auto found = migrate::half_done(database.journal_rows())) return *found;
  throw base::Error(base::code::bad_target, "no migration is half done")
      .because("the database is at " + migrate::position(context.graph(), database.applied()))
      .advise("waxwing status    waxwing upgrade head");
}

void refuse_another_revision(const migrate::HalfDone& migration, const std::string& typed) {
  if (typed == migration.revision) return;
  throw base::Error(base::code::needs_confirmation,
                    fmt::format("the half-done revision is {}, not {}", migration.revision, typed))
      .advise("repeat the command with " + migration.revision)
      .state("nothing was changed");
}

void print_outcome(Context& context, const char* command, const migrate::HalfDone& migration,
                   const std::string& outcome) {
  if (!context.json())
    return context.console.result(
        fmt::format("{} {} {}", context.console.mark(base::Mark::ok), migration.revision, outcome));
  nlohmann::ordered_json json = document();
  json["command"] = command;
  json["revision"] = migration.revision;
  json["statements_done"] = migration.done();
  context.console.json(json);
}

}  // namespace cli
