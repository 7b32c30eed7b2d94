// Targets against a fixed graph. An input is a line of applied revisions and a target.
#include "revisions/target.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "support/input.hpp"

namespace {

using revisions::Applied;
using revisions::Graph;
using revisions::Revision;

Revision revision(std::string id, std::vector<std::string> revises = {}, std::vector<std::string> depends_on = {},
                  std::vector<std::string> labels = {}) {
  Revision made;
  made.path = id + ".lua";
  made.id = std::move(id);
  made.revises = std::move(revises);
  made.depends_on = std::move(depends_on);
  made.labels = std::move(labels);
  return made;
}

/// A fork, a merge, a second base with a label, a dependency across, and ids that look like targets.
const Graph& graph() {
  static const Graph one({revision("ae10"), revision("ae27", {"ae10"}), revision("b3", {"ae10"}),
                          revision("c4", {"ae27", "b3"}), revision("+2", {"c4"}), revision("head-1", {"+2"}),
                          revision("d5", {}, {"ae27"}, {"billing"}), revision("e6", {"d5"}),
                          revision("f7", {"e6"}, {"c4"}), revision("g8", {"e6"}, {}, {"invoices"})});
  return one;
}

using Set = std::set<const Revision*>;

/// Everything that a revision needs is there as well.
bool is_closed(const Set& set) {
  return std::all_of(set.begin(), set.end(), [&](const Revision* each) {
    const auto needs = graph().ancestors({each});
    return std::all_of(needs.begin(), needs.end(), [&](const Revision* need) { return set.contains(need); });
  });
}

Applied applied_by(std::string_view line) {
  std::vector<const Revision*> named;
  for (const std::string& word : base::split(line, ' '))
    if (const Revision* found = graph().find(word)) named.push_back(found);
  Applied applied;
  for (const Revision* each : graph().ancestors(named)) applied.push_back(each->id);
  return applied;
}

}  // namespace

FUZZ_TARGET(fuzz::Input input) {
  const Applied applied = applied_by(input.line());
  const std::string target(input.rest());
  Set before;
  for (const std::string& id : applied) before.insert(graph().find(id));
  fuzz::require(is_closed(before), "what is applied is complete");

  fuzz::succeeds([&] { revisions::resolve_target(graph(), applied, target); });
  fuzz::succeeds([&] {
    Set after = before;
    for (const revisions::Step& step : revisions::plan_upgrade(graph(), applied, target)) {
      fuzz::require(step.direction == revisions::Direction::up, "an upgrade goes up", target);
      fuzz::require(after.insert(step.revision).second, "nothing is applied twice", target);
      fuzz::require(is_closed(after), "what a step needs comes before it", target);
    }
  });
  fuzz::succeeds([&] {
    Set after = before;
    for (const revisions::Step& step : revisions::plan_downgrade(graph(), applied, target)) {
      fuzz::require(step.direction == revisions::Direction::down, "a downgrade goes down", target);
      fuzz::require(after.erase(step.revision) == 1, "only what is applied is undone", target);
      fuzz::require(is_closed(after), "what needs a revision is undone before it", target);
    }
  });
  fuzz::succeeds([&] {
    const auto stamped = revisions::plan_stamp(graph(), applied, {target});
    fuzz::require(is_closed({stamped.begin(), stamped.end()}), "a stamp is complete", target);
  });
  fuzz::succeeds([&] { revisions::revisions_in_range(graph(), applied, revisions::parse_range(target)); });
}
