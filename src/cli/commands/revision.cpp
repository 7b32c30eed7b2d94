// waxwing revision: writes a new, empty migration.
#include <fmt/format.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/new_revision.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

using revisions::Revision;

/// The parents: --head, or the one head there is. A revision that is no head needs --splice.
std::vector<std::string> parents(Context& context, const revisions::Graph& graph) {
  if (graph.empty()) return {};
  const std::string wanted = context.arguments.has("head") ? context.arguments.value("head") : "head";
  if (wanted == "base") return {};
  std::vector<std::string> ids;
  for (const Revision* parent : revisions::resolve_target(graph, {}, wanted)) {
    if (!graph.children(*parent).empty() && !context.arguments.has("splice"))
      throw base::Error(base::code::bad_target, fmt::format("{} is not a head", parent->id))
          .because(fmt::format("{} revises it already, so the new revision would fork the history",
                               graph.children(*parent).front()->id))
          .advise("say --splice if a fork is meant");
    ids.push_back(parent->id);
  }
  return ids;
}

base::Exit run(Context& context) {
  if (!context.arguments.has("message"))
    throw base::Error(base::code::usage, "revision needs a message")
        .advise("waxwing revision -m \"add an orders table\"");
  const revisions::Graph& graph = read_graph_or_empty(context.project());
  NewRevision revision;
  revision.id = context.arguments.value("rev-id");
  revision.message = context.arguments.value("message");
  revision.revises = parents(context, graph);
  revision.labels = context.arguments.values("branch-label");
  for (const std::string& dependency : context.arguments.values("depends-on"))
    revision.depends_on.push_back(graph.resolve(dependency).id);
  write_revision(context, graph, std::move(revision));
  return base::Exit::done;
}

}  // namespace

extern const Command revision_command;
const Command revision_command{"revision",
                               "-m MESSAGE",
                               "Write a new, empty migration file.",
                               0,
                               0,
                               {{"-m,--message", "TEXT", "What it does; becomes the first line and the file's name."},
                                {"--head", "REV", "Revise this head (label@head, base for a new history)."},
                                {"--splice", nullptr, "Allow --head to be a revision that is no head."},
                                {"--branch-label", "LABEL", "Name the branch that starts here."},
                                {"--rev-id", "ID", "Use this id in place of a random one."},
                                {"--depends-on", "REV", "Needs REV to be applied before; may be repeated."},
                                {"--sql", nullptr, "Write an .sql migration in place of Lua."}},
                               run};

}  // namespace cli
