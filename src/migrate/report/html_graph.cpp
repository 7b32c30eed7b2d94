// Revisions stand one below the other; an edge from a parent that is not right above goes round in a lane of its own.
#include "migrate/report/html_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.hpp"
#include "migrate/report/html_text.hpp"

namespace migrate::report {

using html::escaped;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t most_nodes = 24;
constexpr int row_height = 46, dot_x = 16, lane_width = 16, margin = 18;

struct Node {
  std::string id, message;
  std::vector<std::string> parents;
  /// "done", "failed", "waiting", or "start" for where the database was.
  const char* state;
};

std::vector<Node> nodes_of(const ordered_json& document) {
  std::map<std::string, std::string> outcomes;
  for (const ordered_json& each : document["migrations"])
    outcomes[each["revision"].get<std::string>()] = each.value("outcome", "");
  std::vector<Node> nodes;
  const std::string from = document["from"].is_string() ? document["from"].get<std::string>() : "?";
  nodes.push_back({from, "before the run", {}, "start"});
  for (const ordered_json& step : document["plan"]) {
    const std::string id = step["revision"].get<std::string>();
    const std::string outcome = outcomes.contains(id) ? outcomes[id] : "waiting";
    std::vector<std::string> parents = step["revises"].get<std::vector<std::string>>();
    nodes.push_back({id, step["message"].get<std::string>(), parents,
                     outcome == "done"     ? "done"
                     : outcome == "failed" ? "failed"
                                           : "waiting"});
  }
  return nodes;
}

std::string cut(std::string text, std::size_t most) {
  text = text.substr(0, text.find('\n'));
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most) + "…";
}

const char* colour_of(std::string_view state) {
  return state == "done"     ? "var(--ok)"
         : state == "failed" ? "var(--bad)"
         : state == "start"  ? "var(--accent)"
                             : "var(--soft)";
}

}  // namespace

std::string graph_svg(const ordered_json& document) {
  std::vector<Node> nodes = nodes_of(document);
  std::size_t left_out = 0;
  if (nodes.size() > most_nodes) {
    left_out = nodes.size() - most_nodes + 1;
    nodes.erase(nodes.begin() + most_nodes / 2, nodes.begin() + static_cast<std::ptrdiff_t>(most_nodes / 2 + left_out));
    nodes.insert(nodes.begin() + most_nodes / 2,
                 {"⋮", base::count_of(static_cast<long long>(left_out), "more revision"), {}, "waiting"});
  }
  std::map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < nodes.size(); ++i) row_of[nodes[i].id] = i;
  const auto y = [](std::size_t row) { return static_cast<int>(row) * row_height + margin; };
  std::string edges, dots;
  int lanes = 0;
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    bool has_edge = false;
    for (const std::string& parent : nodes[i].parents) {
      const auto found = row_of.find(parent);
      if (found == row_of.end() || found->second >= i) continue;
      has_edge = true;
      if (found->second + 1 == i) {
        edges += fmt::format("<path d=\"M{0} {1}V{2}\"/>", dot_x, y(i - 1), y(i));
      } else {
        const int x = dot_x + lane_width * ++lanes;
        edges +=
            fmt::format("<path d=\"M{0} {1}C{2} {3} {2} {3} {2} {4}V{5}C{2} {6} {2} {6} {0} {7}\"/>", dot_x,
                        y(found->second), x, y(found->second) + 14, y(found->second) + 24, y(i) - 24, y(i) - 14, y(i));
      }
    }
    // A parent that is not in the picture was there before.
    if (!has_edge) edges += fmt::format("<path d=\"M{0} {1}V{2}\" stroke-dasharray=\"3 4\"/>", dot_x, y(i - 1), y(i));
  }
  const int text_x = dot_x + lane_width * std::min(lanes, 6) + 18;
  std::size_t widest = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const std::string message = cut(node.message, 60), id = cut(node.id, 40);
    widest = std::max({widest, message.size(), id.size()});
    dots += fmt::format(
        "<circle cx=\"{}\" cy=\"{}\" r=\"7\" fill=\"{}\"/><text class=\"id\" x=\"{}\" y=\"{}\">{}</text>"
        "<text class=\"soft\" x=\"{}\" y=\"{}\">{}</text>",
        dot_x, y(i), colour_of(node.state), text_x, y(i) + 1, escaped(id), text_x, y(i) + 17, escaped(message));
  }
  const int width = text_x + static_cast<int>(widest) * 8 + 10, height = y(nodes.size() - 1) + margin + 12;
  return fmt::format(
      "<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"revision graph\"><g "
      "fill=\"none\" stroke=\"var(--line)\" stroke-width=\"3\">{2}</g>{3}</svg>",
      width, height, edges, dots);
}

std::string phases_svg(const ordered_json& timings) {
  struct Phase {
    const char *key, *name, *colour;
  };
  static const Phase phases[] = {{"preflight_ms", "Pre-flight", "#5b8def"},
                                 {"definitions_ms", "Definitions", "#8b6fd6"},
                                 {"data_ms", "Data migration", "#2aa876"},
                                 {"drops_ms", "Drops", "#d9573f"},
                                 {"verify_ms", "Verification", "#d9a02b"}};
  double sum = 0;
  for (const Phase& phase : phases) sum += timings[phase.key].get<double>();
  if (sum <= 0) return {};
  std::string bars, legend;
  double x = 0;
  for (const Phase& phase : phases) {
    const double milliseconds = timings[phase.key].get<double>(), width = milliseconds / sum * 1000;
    if (width > 0)
      bars += fmt::format("<rect x=\"{:.1f}\" y=\"0\" width=\"{:.1f}\" height=\"22\" fill=\"{}\"/>", x, width,
                          phase.colour);
    x += width;
    legend += fmt::format("<span><i style=\"background:{}\"></i>{} <b>{}</b></span>", phase.colour, phase.name,
                          base::human_duration(milliseconds));
  }
  return fmt::format(
      "<div class=\"phases\"><svg viewBox=\"0 0 1000 22\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"share of each phase\">{}</svg><div class=\"legend\">{}</div></div>",
      bars, legend);
}

}  // namespace migrate::report
