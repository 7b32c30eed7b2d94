// waxwing branches: where the history forks.
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  const revisions::Graph& graph = context.graph();
  nlohmann::ordered_json json = document();
  json["branches"] = nlohmann::ordered_json::array();
  for (const revisions::Revision* point : graph.branch_points()) {
    nlohmann::ordered_json entry = revision_json(graph, *point);
    entry["children"] = nlohmann::ordered_json::array();
    context.console.result(short_line(graph, *point));
    for (const revisions::Revision* child : graph.children(*point)) {
      entry["children"].push_back(child->id);
      context.console.result("    -> " + short_line(graph, *child));
    }
    json["branches"].push_back(entry);
  }
  if (context.json()) context.console.json(json);
  return base::Exit::done;
}

}  // namespace

extern const Command branches_command;
const Command branches_command{"branches", "", "List the revisions where the history forks.", 0, 0, {}, run};

}  // namespace cli
