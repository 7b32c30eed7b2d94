// waxwing heads: the revisions that nothing revises.
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  const revisions::Graph& graph = context.graph();
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["heads"] = nlohmann::ordered_json::array();
    for (const revisions::Revision* head : graph.heads()) json["heads"].push_back(revision_json(graph, *head));
    context.console.json(json);
    return base::Exit::done;
  }
  for (const revisions::Revision* head : graph.heads())
    context.console.result(context.console.options().verbose ? verbose_text(graph, *head) : short_line(graph, *head));
  return base::Exit::done;
}

}  // namespace

extern const Command heads_command;
const Command heads_command{"heads", "", "List the heads: revisions that nothing revises.", 0, 0, {}, run};

}  // namespace cli
