// waxwing preflight: runs a migration's checks alone.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/preflight_only.hpp"

namespace cli {

namespace {

/// The revision named, with the pending ones that come before it; or the next pending one.
ChosenSteps choose(Context& context, const revisions::Applied& applied) {
  const revisions::Graph& graph = context.graph();
  if (context.arguments.positional.empty()) {
    const auto steps = revisions::plan_upgrade(graph, applied, "heads");
    return steps.empty() ? ChosenSteps{} : ChosenSteps{{steps.front()}};
  }
  const auto found = revisions::resolve_target(graph, applied, context.argument(0));
  if (found.size() != 1)
    throw base::Error(base::code::bad_target, fmt::format("\"{}\" is not one revision", context.argument(0)));
  if (std::find(applied.begin(), applied.end(), found.front()->id) != applied.end())
    return {{{found.front(), revisions::Direction::up}}, 0, false};
  ChosenSteps chosen{revisions::plan_upgrade(graph, applied, found.front()->id)};
  chosen.first = chosen.steps.size() - 1;
  return chosen;
}

base::Exit run(Context& context) {
  return preflight_only(context, [&](const revisions::Applied& applied) { return choose(context, applied); });
}

}  // namespace

extern const Command preflight_command;
const Command preflight_command{
    "preflight",
    "[REV]",
    "Run the checks of REV (the next pending one by default) and change nothing.",
    0,
    1,
    {{"--all-checks", nullptr, "Report every failing check, not only the first."}},
    run,
    "The checks of m.preflight, and those that follow from what the migration adds: rows that violate a new unique\n"
    "constraint, foreign key, check or NOT NULL, values that do not fit a new type. They run in a read-only "
    "transaction.\n"
    "Exit status 6 when one fails."};

}  // namespace cli
