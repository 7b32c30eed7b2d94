// waxwing verify: runs the verification of an applied migration again.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/checks.hpp"
#include "migrate/refusals.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  migrate::Project& project = context.project();
  const revisions::Graph& graph = context.graph();
  const auto connection = project.connect(migrate::Purpose::check);
  const auto rows = revisions::Ledger(project.config().text("ledger_schema")).read(*connection);
  migrate::refuse_edited(project, rows);
  const revisions::Applied applied = revisions::applied_ids(rows);
  const auto chosen = revisions::resolve_target(graph, applied, context.argument(0, "current"));
  std::size_t checks = 0;
  connection->query("BEGIN READ ONLY");
  for (const revisions::Revision* revision : chosen)
    checks += migrate::run_verify(*project.open(*revision), *connection, context.console);
  connection->query("ROLLBACK");
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["revisions"] = nlohmann::ordered_json::array();
    for (const revisions::Revision* revision : chosen) json["revisions"].push_back(revision->id);
    json["checks"] = checks;
    json["passed"] = true;
    context.console.json(json);
  } else {
    context.console.result(fmt::format("{} {} passed, applied files are unchanged",
                                       context.console.mark(base::Mark::ok),
                                       base::count_of(static_cast<long long>(checks), "check")));
  }
  return base::Exit::done;
}

}  // namespace

extern const Command verify_command;
const Command verify_command{
    "verify",
    "[REV]",
    "Run the verification of REV (what is current by default) again, and compare applied files.",
    0,
    1,
    {},
    run,
    "Exit status 6 when a check fails, 11 when an applied file was edited."};

}  // namespace cli
