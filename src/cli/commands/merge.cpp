// waxwing merge: joins heads by a migration that revises them all.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/new_revision.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  const revisions::Graph& graph = context.graph();
  NewRevision revision;
  std::vector<std::string> targets = context.arguments.positional;
  if (targets.empty()) targets = {"heads"};
  for (const std::string& target : targets)
    for (const revisions::Revision* each : revisions::resolve_target(graph, {}, target))
      revision.revises.push_back(each->id);
  if (revision.revises.size() < 2)
    throw base::Error(base::code::bad_target, "there is nothing to merge")
        .because(revision.revises.empty() ? "no revision was named"
                                          : fmt::format("{} is the only head", revision.revises[0]))
        .advise("waxwing heads");
  revision.id = context.arguments.value("rev-id");
  revision.message = context.arguments.has("message") ? context.arguments.value("message")
                                                      : "merge " + base::join(revision.revises, " and ");
  revision.labels = context.arguments.values("branch-label");
  write_revision(context, graph, std::move(revision));
  return base::Exit::done;
}

}  // namespace

extern const Command merge_command;
const Command merge_command{"merge",
                            "[REV...]",
                            "Write a migration that joins several heads.",
                            0,
                            64,
                            {{"-m,--message", "TEXT", "What it says."},
                             {"--branch-label", "LABEL", "Name the branch that starts here."},
                             {"--rev-id", "ID", "Use this id in place of a random one."},
                             {"--sql", nullptr, "Write an .sql migration in place of Lua."}},
                            run};

}  // namespace cli
