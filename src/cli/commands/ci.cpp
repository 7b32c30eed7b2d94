// waxwing ci: proves all migrations in a throw-away PostgreSQL.
#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/ci_report.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/stairway.hpp"
#include "postgres/private_cluster.hpp"

namespace cli {

namespace {

using migrate::StairwayCase;
using Result = StairwayCase::Result;

void print(base::Console& console, const StairwayCase& done) {
  const base::Mark mark = done.result == Result::passed   ? base::Mark::ok
                          : done.result == Result::failed ? base::Mark::failed
                                                          : base::Mark::skipped;
  std::string line = console.mark(mark) + " " + done.name;
  line += done.result == Result::skipped ? ": " + done.text : ", " + base::human_duration(done.milliseconds);
  console.result(line);
  if (done.result == Result::failed)
    for (const std::string& each : base::split(base::trim(done.text), '\n')) console.result("    " + each);
}

base::Exit run(Context& context) {
  std::optional<postgres::PrivateCluster> cluster;
  migrate::ProjectOptions options = context.project_options();
  if (!context.arguments.has("url")) {
    cluster.emplace(postgres::PrivateCluster::temporary());
    options.flags["url"] = cluster->url().conninfo();
  }
  migrate::Project project(std::move(options), context.console);
  const std::vector<StairwayCase> cases =
      migrate::walk_stairway(project, context.console, [&](const StairwayCase& done) { print(context.console, done); });
  if (context.arguments.has("junit")) base::write_file(context.arguments.value("junit"), junit_report(cases));
  if (context.arguments.has("md")) base::write_file(context.arguments.value("md"), markdown_report(cases));
  const std::size_t failed = count(cases, Result::failed);
  if (context.json()) {
    context.console.json(json_report(cases));
    return failed ? base::Exit::failed : base::Exit::done;
  }
  if (failed)
    throw base::Error(base::code::ci_failed, fmt::format("{} of {} failed", failed,
                                                         base::count_of(static_cast<long long>(cases.size()), "case")))
        .advise("correct the migrations that are not applied anywhere yet, and run waxwing ci again")
        .state("no database but the scratch one was touched");
  context.console.result(fmt::format("{} {} passed, {} skipped", context.console.mark(base::Mark::ok),
                                     base::count_of(static_cast<long long>(count(cases, Result::passed)), "case"),
                                     count(cases, Result::skipped)));
  return base::Exit::done;
}

}  // namespace

extern const Command ci_command;
const Command ci_command{
    "ci",
    "",
    "Prove every migration in a throw-away PostgreSQL: up, down, up again, with the schema compared.",
    0,
    0,
    {{"--junit", "FILE", "Write the cases as JUnit's XML."},
     {"--md", "FILE", "Write them as Markdown, for $GITHUB_STEP_SUMMARY."}},
    run,
    "Each revision goes up, down and up again, then all go down and up; an irreversible one is not undone, and is "
    "named.\n"
    "The schema is compared by pg_dump each time; the order of columns is no difference. With --url an empty scratch\n"
    "database is used in place of a PostgreSQL of its own. Exit status 1 when a case fails."};

}  // namespace cli
