// waxwing history: the revisions, newest first.
#include <algorithm>

#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

bool needs_current(const revisions::Range& range) {
  const auto relative = [](const std::string& end) {
    return end == "current" || end.starts_with("-") || end.starts_with("+");
  };
  return relative(range.from) || relative(range.to);
}

base::Exit run(Context& context) {
  const revisions::Graph& graph = context.graph();
  const std::string text = context.arguments.value("rev-range");
  const revisions::Range range = revisions::parse_range(text);
  revisions::Applied applied;
  if (context.arguments.has("indicate-current") || needs_current(range)) {
    const auto connection = context.project().connect(migrate::Purpose::look);
    applied =
        revisions::applied_ids(revisions::Ledger(context.project().config().text("ledger_schema")).read(*connection));
  }
  std::vector<const revisions::Revision*> current;
  if (context.arguments.has("indicate-current")) current = revisions::current_heads(graph, applied);
  std::vector<const revisions::Revision*> listed;
  if (text.empty())
    listed.assign(graph.order().rbegin(), graph.order().rend());
  else
    listed = revisions::revisions_in_range(graph, applied, range);

  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["revisions"] = nlohmann::ordered_json::array();
    for (const revisions::Revision* revision : listed) json["revisions"].push_back(revision_json(graph, *revision));
    context.console.json(json);
    return base::Exit::done;
  }
  std::string out;
  for (const revisions::Revision* revision : listed) {
    const bool is_current = std::find(current.begin(), current.end(), revision) != current.end();
    out += context.console.options().verbose ? verbose_text(graph, *revision, is_current)
                                             : history_line(graph, *revision, is_current);
    out += '\n';
  }
  context.console.raw(out);
  return base::Exit::done;
}

}  // namespace

extern const Command history_command;
const Command history_command{"history",
                              "[-r A:B]",
                              "List the revisions, newest first.",
                              0,
                              0,
                              {{"-r,--rev-range", "A:B", "Only these: a:b, -3:current, :head."},
                               {"-i,--indicate-current", nullptr, "Mark the revision the database is at."}},
                              run};

}  // namespace cli
