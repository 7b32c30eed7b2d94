// The forms in which revisions are shown follow Alembic's.
#include "cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/typed_line.hpp"
#include "revisions/warnings.hpp"

namespace cli {

using revisions::Graph;
using revisions::Revision;

namespace {

bool is_head(const Graph& graph, const Revision& revision) { return graph.children(revision).empty(); }

/// " (label) (head) (branchpoint)" as the graph has it.
std::string attributes(const Graph& graph, const Revision& revision, bool is_current) {
  std::string text;
  const std::vector<std::string> labels = graph.labels_of(revision);
  if (!labels.empty()) text += " (" + base::join(labels, ", ") + ")";
  if (is_head(graph, revision)) text += " (head)";
  if (graph.children(revision).size() > 1) text += " (branchpoint)";
  if (revision.revises.size() > 1) text += " (mergepoint)";
  if (is_current) text += " (current)";
  return text;
}

std::string parents_text(const Revision& revision) {
  return revision.revises.empty() ? "<base>" : base::join(revision.revises, ", ");
}

}  // namespace

nlohmann::ordered_json document() { return {{"schema_version", 1}}; }

nlohmann::ordered_json revision_json(const Graph& graph, const Revision& revision) {
  nlohmann::ordered_json json = {{"revision", revision.id},           {"revises", revision.revises},
                                 {"depends_on", revision.depends_on}, {"labels", graph.labels_of(revision)},
                                 {"message", revision.message},       {"path", revision.path},
                                 {"head", is_head(graph, revision)},  {"irreversible", nullptr}};
  if (revision.irreversible) json["irreversible"] = *revision.irreversible;
  return json;
}

nlohmann::ordered_json step_json(const revisions::Step& step) {
  nlohmann::ordered_json json = {{"revision", step.revision->id},
                                 {"direction", step.direction == revisions::Direction::up ? "up" : "down"},
                                 {"message", step.revision->message},
                                 {"path", step.revision->path},
                                 {"transaction", step.revision->transactional},
                                 {"irreversible", nullptr}};
  if (step.revision->irreversible) json["irreversible"] = *step.revision->irreversible;
  json["warnings"] = revisions::critical_warnings(*step.revision);
  return json;
}

std::string short_line(const Graph& graph, const Revision& revision) {
  return revision.id + attributes(graph, revision, false);
}

std::string history_line(const Graph& graph, const Revision& revision, bool is_current) {
  std::string line =
      fmt::format("{} -> {}{}", parents_text(revision), revision.id, attributes(graph, revision, is_current));
  if (!revision.message.empty()) line += ", " + revision.message;
  return line;
}

std::string verbose_text(const Graph& graph, const Revision& revision, bool is_current) {
  std::string text = fmt::format("Rev: {}{}\n", revision.id, attributes(graph, revision, is_current));
  const bool is_merge = revision.revises.size() > 1;
  text += fmt::format("{}: {}\n", is_merge ? "Merges" : "Parent", parents_text(revision));
  if (!revision.depends_on.empty()) text += "Also depends on: " + base::join(revision.depends_on, ", ") + "\n";
  if (const auto children = graph.children(revision); children.size() > 1) {
    std::vector<std::string> ids;
    for (const Revision* child : children) ids.push_back(child->id);
    text += "Branches into: " + base::join(ids, ", ") + "\n";
  }
  if (!revision.transactional) text += "Transaction: none\n";
  if (revision.irreversible) text += "Irreversible: " + *revision.irreversible + "\n";
  text += "Path: " + revision.path + "\n";
  if (!revision.message.empty()) text += "\n    " + base::replace_all(revision.message, "\n", "\n    ") + "\n";
  return text;
}

void print_critical_warnings(base::Console& console, const std::vector<revisions::Step>& steps) {
  for (const revisions::Step& step : steps) {
    const std::vector<std::string> lines = revisions::critical_warnings(*step.revision);
    if (lines.empty() || step.direction == revisions::Direction::down) continue;
    console.result(fmt::format("{} CRITICAL WARNINGS: {}{}", console.mark(base::Mark::warning), step.revision->id,
                               step.revision->message.empty() ? "" : ", " + step.revision->message));
    console.result("");
    for (std::size_t i = 0; i < lines.size(); ++i) console.result(fmt::format("{}. {}", i + 1, lines[i]));
    console.result("");
  }
}

void print_summary(base::Console& console, const char* command, const std::vector<revisions::Step>& steps,
                   const migrate::RunSummary& summary) {
  if (console.options().json) {
    nlohmann::ordered_json json = document();
    json["command"] = command;
    json["from"] = summary.from;
    json["to"] = summary.to;
    json["steps"] = nlohmann::ordered_json::array();
    for (const revisions::Step& step : steps) json["steps"].push_back(step_json(step));
    json["milliseconds"] = summary.milliseconds;
    console.json(json);
    return;
  }
  console.result(fmt::format("{} {} -> {}, {}, {}", console.mark(base::Mark::ok), summary.from, summary.to,
                             base::count_of(static_cast<long long>(summary.steps), "revision"),
                             base::human_duration(summary.milliseconds)));
}

void print_nothing_to_do(base::Console& console, const char* command, const std::string& position) {
  if (console.options().json) {
    nlohmann::ordered_json json = document();
    json["command"] = command;
    json["from"] = position;
    json["to"] = position;
    json["steps"] = nlohmann::ordered_json::array();
    console.json(json);
    return;
  }
  console.result("nothing to do: the database is at " + position);
}

void confirm_by_name(base::Console& console, const std::string& name, const std::string& given,
                     const std::string& what_happens) {
  if (given == name) return;
  const auto refusal = [&](std::string why) {
    return base::Error(base::code::needs_confirmation, what_happens + " needs the database's name as confirmation")
        .because(std::move(why))
        .advise("repeat the command with --yes=" + name)
        .state("nothing was changed");
  };
  if (!given.empty()) throw refusal(fmt::format("the name is \"{}\", --yes says \"{}\"", name, given));
  if (!isatty(STDIN_FILENO)) throw refusal("there is no terminal to type it on");
  console.raw(fmt::format("{}.\nType the name of the database ({}) to go on: ", what_happens, name));
  const std::string typed = typed_line().value_or("");
  if (typed != name) throw refusal(fmt::format("the name is \"{}\", you typed \"{}\"", name, typed));
}

}  // namespace cli
