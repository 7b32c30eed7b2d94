// waxwing preflight: runs a migration's checks alone.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/checks.hpp"

namespace cli {

namespace {

/// The revision named, or the next pending one.
const revisions::Revision* chosen(Context& context, const revisions::Applied& applied) {
  if (context.arguments.positional.empty()) {
    const auto steps = revisions::plan_upgrade(context.graph(), applied, "heads");
    return steps.empty() ? nullptr : steps.front().revision;
  }
  const auto found = revisions::resolve_target(context.graph(), applied, context.argument(0));
  if (found.size() != 1)
    throw base::Error(base::code::bad_target, fmt::format("\"{}\" is not one revision", context.argument(0)));
  return found.front();
}

base::Exit run(Context& context) {
  migrate::Project& project = context.project();
  const auto connection = project.connect(migrate::Purpose::check);
  const revisions::Applied applied =
      revisions::applied_ids(revisions::Ledger(project.config().text("ledger_schema")).read(*connection));
  const revisions::Revision* revision = chosen(context, applied);
  std::size_t checks = 0;
  if (revision) {
    const auto migration = project.open(*revision);
    checks = migrate::run_preflight(*migration, *connection, context.console, context.arguments.has("all-checks"));
  }
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["revision"] = revision ? nlohmann::ordered_json(revision->id) : nlohmann::ordered_json();
    json["checks"] = checks;
    json["passed"] = true;
    context.console.json(json);
  } else if (!revision) {
    context.console.result("nothing is pending");
  } else if (checks == 0) {
    context.console.result(fmt::format("revision {} has no pre-flight checks", revision->id));
  }
  return base::Exit::done;
}

}  // namespace

extern const Command preflight_command;
const Command preflight_command{"preflight",
                                "[REV]",
                                "Run the checks of REV (the next pending one by default) and change nothing.",
                                0,
                                1,
                                {{"--all-checks", nullptr, "Report every failing check, not only the first."}},
                                run,
                                "The checks run in a read-only transaction. Exit status 6 when one fails."};

}  // namespace cli
