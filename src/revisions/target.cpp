// Alembic's target grammar, on a set of applied revisions.
#include "revisions/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"

namespace revisions {

using base::Error;
namespace code = base::code;

namespace {

using Picked = std::vector<const Revision*>;

/// A target taken apart: label@symbol+steps. `symbol` is a word or an id, or empty for relative forms.
struct Parsed {
  std::string label, symbol;
  int steps = 0;
  bool is_relative = false;
};

/// A sign and digits at the end make a relative target; the symbol before it may be empty.
void split_steps(Parsed& parsed) {
  const std::string& text = parsed.symbol;
  const std::size_t sign = text.find_last_of("+-");
  if (sign == std::string::npos || sign + 1 == text.size()) return;
  if (!std::all_of(text.begin() + static_cast<std::ptrdiff_t>(sign) + 1, text.end(),
                   [](char c) { return c >= '0' && c <= '9'; }))
    return;
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data() + sign + 1, text.data() + text.size(), number);
  if (failure != std::errc()) return;
  parsed.steps = text[sign] == '-' ? -number : number;
  parsed.is_relative = true;
  parsed.symbol.resize(sign);
}

Parsed parse(const Graph& graph, std::string_view target) {
  Parsed parsed;
  parsed.symbol = std::string(base::trim(target));
  // Ids are any string: one that looks like a relative target is itself first of all.
  if (graph.find(parsed.symbol)) return parsed;
  if (const std::size_t at = parsed.symbol.find('@'); at != std::string::npos) {
    parsed.label = parsed.symbol.substr(0, at);
    parsed.symbol.erase(0, at + 1);
    if (parsed.label.empty() || parsed.symbol.empty())
      throw Error(code::bad_target, fmt::format("the target \"{}\" is not understood", target))
          .advise("waxwing help targets");
  }
  if (!graph.find(parsed.symbol)) split_steps(parsed);
  if (parsed.symbol.empty() && !parsed.is_relative)
    throw Error(code::bad_target, "the target is empty").advise("waxwing help targets");
  return parsed;
}

/// The revisions that a label (or, as Alembic allows, a revision's id) narrows to.
std::unordered_set<const Revision*> branch_of(const Graph& graph, const std::string& label) {
  std::unordered_set<const Revision*> branch;
  if (graph.find_label(label)) {
    for (const Revision* revision : graph.order()) {
      const std::vector<std::string> labels = graph.labels_of(*revision);
      if (std::find(labels.begin(), labels.end(), label) != labels.end()) branch.insert(revision);
    }
    return branch;
  }
  const Revision* revision = nullptr;
  try {
    revision = &graph.resolve(label);
  } catch (const Error&) {
    throw Error(code::unknown_branch, fmt::format("there is no branch \"{}\"", label))
        .advise("waxwing heads -v    shows the labels");
  }
  for (const Revision* each : graph.lineage(*revision)) branch.insert(each);
  return branch;
}

Picked only(Picked picked, const std::unordered_set<const Revision*>& branch) {
  std::erase_if(picked, [&](const Revision* each) { return !branch.contains(each); });
  return picked;
}

/// label@rev: Alembic takes any revision that shares lineage with the branch, and looks for the prefix there alone.
const Revision& on_branch(const Graph& graph, const Parsed& parsed) {
  if (parsed.label.empty()) return graph.resolve(parsed.symbol);
  const Revision* carrier = graph.find_label(parsed.label);
  const Picked line = graph.lineage(carrier ? *carrier : graph.resolve(parsed.label));
  Picked fitting;
  for (const Revision* each : line) {
    if (each->id == parsed.symbol) return *each;
    if (each->id.starts_with(parsed.symbol)) fitting.push_back(each);
  }
  if (fitting.size() == 1) return *fitting.front();
  const Revision& found = graph.resolve(parsed.symbol);
  if (std::find(line.begin(), line.end(), &found) != line.end()) return found;
  throw Error(code::bad_target, fmt::format("revision {} is not on the branch {}", found.id, parsed.label))
      .advise(fmt::format("name the revision alone: {};    waxwing history -v    shows the labels", found.id));
}

std::string listed(const Picked& picked) {
  std::vector<std::string> lines;
  for (const Revision* each : picked) lines.push_back(each->id + (each->message.empty() ? "" : "  " + each->message));
  return base::join(lines, "\n");
}

const Revision& single_head(const Picked& heads, std::string_view target) {
  if (heads.size() == 1) return *heads.front();
  if (heads.empty())
    throw Error(code::no_migrations, "there are no revisions")
        .advise("waxwing revision -m \"...\"    writes the first");
  throw Error(code::multiple_heads, fmt::format("there are {} heads, and \"{}\" needs one", heads.size(), target))
      .because(listed(heads))
      .advise("waxwing merge heads -m \"...\"    joins them;    name one, or say `heads` for all");
}

Error too_far(std::string_view target, int missing) {
  return Error(code::walked_too_far, fmt::format("\"{}\" leads past the end of the history", target))
      .because(fmt::format("{} too many", base::count_of(missing, "step")))
      .advise("waxwing history -i");
}

/// Walks up from `start` (null for before the first revision), staying on the branch when there is one.
const Revision* walk_up(const Graph& graph, const Revision* start, int steps,
                        const std::unordered_set<const Revision*>* branch, std::string_view target) {
  const Revision* at = start;
  for (int left = steps; left > 0; --left) {
    Picked next = at ? graph.children(*at) : graph.bases();
    if (branch) next = only(std::move(next), *branch);
    if (next.empty()) throw too_far(target, left);
    if (next.size() > 1)
      throw Error(code::bad_target, fmt::format("\"{}\" is ambiguous: the history forks {}", target,
                                                at ? "after " + at->id : "at its base"))
          .because(listed(next))
          .advise("name the revision, or the branch: label@+N");
    at = next.front();
  }
  return at;
}

/// Walks down; null is the base.
const Revision* walk_down(const Graph& graph, const Revision* start, int steps, std::string_view target) {
  const Revision* at = start;
  for (int left = steps; left > 0; --left) {
    if (!at) throw too_far(target, left);
    const Picked next = graph.parents(*at);
    if (next.size() > 1)
      throw Error(code::bad_target, fmt::format("\"{}\" is ambiguous: {} merges several revisions", target, at->id))
          .because(listed(next))
          .advise("name the revision");
    at = next.empty() ? nullptr : next.front();
  }
  return at;
}

std::unordered_set<std::string_view> as_set(const Applied& applied) { return {applied.begin(), applied.end()}; }

void refuse_unknown_applied(const Graph& graph, const Applied& applied) {
  std::vector<std::string> unknown;
  for (const std::string& id : applied)
    if (!graph.find(id)) unknown.push_back(id);
  if (unknown.empty()) return;
  throw Error(code::unknown_applied, fmt::format("the database has {} that the files do not: {}",
                                                 base::count_of(static_cast<long long>(unknown.size()), "revision"),
                                                 base::join(unknown, ", ")))
      .because("the file was removed or renamed, or this checkout is older than the database")
      .advise("update the checkout; if the revision is gone for good: waxwing stamp --purge REV")
      .state("nothing was changed");
}

/// Start of a relative target without a symbol: the one current head (of the branch).
const Revision* single_current(const Picked& current, std::string_view target) {
  if (current.size() > 1)
    throw Error(code::bad_target,
                fmt::format("\"{}\" is ambiguous: the database is at {} revisions", target, current.size()))
        .because(listed(current))
        .advise("name the branch: label@" + std::string(target) + ", or a revision");
  return current.empty() ? nullptr : current.front();
}

/// All steps that undo `undone`, newest first.
std::vector<Step> downward(const Graph& graph, const Picked& undone) {
  std::unordered_set<const Revision*> wanted(undone.begin(), undone.end());
  std::vector<Step> steps;
  for (auto at = graph.order().rbegin(); at != graph.order().rend(); ++at)
    if (wanted.contains(*at)) steps.push_back({*at, Direction::down});
  return steps;
}

Picked applied_only(const Picked& picked, const Applied& applied) {
  const auto set = as_set(applied);
  Picked kept;
  for (const Revision* each : picked)
    if (set.contains(each->id)) kept.push_back(each);
  return kept;
}

/// Undoes one current head after another, counting how many applied revisions still need each.
Picked last_applied(const Graph& graph, const Applied& applied, const Parsed& parsed, std::string_view target) {
  std::unordered_map<const Revision*, std::size_t> needed_by;
  const Picked present = applied_only(graph.order(), applied);
  const auto for_each_need = [&](const Revision& revision, auto use) {
    for (const Revision* parent : graph.parents(revision)) use(parent);
    for (const Revision* dependency : graph.dependencies(revision)) use(dependency);
  };
  for (const Revision* revision : present)
    for_each_need(*revision, [&](const Revision* before) { ++needed_by[before]; });
  std::unordered_set<const Revision*> branch;
  if (!parsed.label.empty()) branch = branch_of(graph, parsed.label);
  Picked current, undone;
  const auto add_head = [&](const Revision* revision) {
    if (parsed.label.empty() || branch.contains(revision)) current.push_back(revision);
  };
  for (const Revision* revision : present)
    if (needed_by[revision] == 0) add_head(revision);
  const auto set = as_set(applied);
  for (int left = -parsed.steps; left > 0; --left) {
    const Revision* head = single_current(current, target);
    if (!head) throw too_far(target, left);
    undone.push_back(head);
    current.clear();
    for_each_need(*head, [&](const Revision* before) {
      if (--needed_by[before] == 0 && set.contains(before->id)) add_head(before);
    });
  }
  return undone;
}

Picked strictly_above(const Graph& graph, const Revision& revision, const Applied& applied) {
  Picked above = graph.descendants({&revision});
  std::erase(above, &revision);
  return applied_only(above, applied);
}

}  // namespace

std::vector<const Revision*> current_heads(const Graph& graph, const Applied& applied) {
  const auto set = as_set(applied);
  std::unordered_set<const Revision*> needed;
  Picked present;
  for (const Revision* revision : graph.order()) {
    if (!set.contains(revision->id)) continue;
    present.push_back(revision);
    for (const Revision* parent : graph.parents(*revision)) needed.insert(parent);
    for (const Revision* dependency : graph.dependencies(*revision)) needed.insert(dependency);
  }
  std::erase_if(present, [&](const Revision* each) { return needed.contains(each); });
  return present;
}

std::vector<const Revision*> resolve_target(const Graph& graph, const Applied& applied, std::string_view target) {
  const Parsed parsed = parse(graph, target);
  std::unordered_set<const Revision*> branch;
  if (!parsed.label.empty()) branch = branch_of(graph, parsed.label);
  // A relative walk along a branch may start below it: the branch begins where it forks off.
  if (parsed.is_relative && !parsed.label.empty())
    for (const Revision* below : graph.ancestors(Picked(branch.begin(), branch.end()))) branch.insert(below);
  const auto narrowed = [&](Picked picked) { return parsed.label.empty() ? picked : only(std::move(picked), branch); };
  // When another branch has been walked past the fork, the walk starts at the newest applied revision that both share.
  const auto current_on_branch = [&] {
    const Picked current = current_heads(graph, applied);
    Picked on = narrowed(current);
    if (!on.empty() || !parsed.is_relative || parsed.steps < 0) return on;
    Applied shared;
    for (const Revision* each : narrowed(graph.ancestors(current))) shared.push_back(each->id);
    return current_heads(graph, shared);
  };
  Picked start;
  if (parsed.symbol == "heads")
    start = narrowed(graph.heads());
  else if (parsed.symbol == "head")
    start = {&single_head(narrowed(graph.heads()), target)};
  else if (parsed.symbol == "current" || parsed.symbol.empty())
    start = current_on_branch();
  else if (parsed.symbol != "base")
    start = {&on_branch(graph, parsed)};
  if (!parsed.is_relative) return start;
  if (parsed.symbol == "heads" && parsed.steps != 0 && start.size() > 1) single_head(start, target);
  const Revision* at = parsed.symbol == "base" ? nullptr : single_current(start, target);
  at = parsed.steps >= 0 ? walk_up(graph, at, parsed.steps, parsed.label.empty() ? nullptr : &branch, target)
                         : walk_down(graph, at, -parsed.steps, target);
  return at ? Picked{at} : Picked{};
}

std::vector<Step> plan_upgrade(const Graph& graph, const Applied& applied, std::string_view target) {
  const Parsed parsed = parse(graph, target);
  if (parsed.is_relative && parsed.symbol.empty() && parsed.steps < 0)
    throw Error(code::bad_target, fmt::format("upgrade cannot go down to \"{}\"", target))
        .advise(fmt::format("waxwing downgrade {}", target));
  const auto set = as_set(applied);
  std::vector<Step> steps;
  for (const Revision* revision : graph.ancestors(resolve_target(graph, applied, target)))
    if (!set.contains(revision->id)) steps.push_back({revision, Direction::up});
  if (!steps.empty()) refuse_unknown_applied(graph, applied);
  return steps;
}

std::vector<Step> plan_downgrade(const Graph& graph, const Applied& applied, std::string_view target) {
  const Parsed parsed = parse(graph, target);
  if (parsed.is_relative && parsed.symbol.empty() && parsed.steps > 0)
    throw Error(code::bad_target, fmt::format("downgrade cannot go up to \"{}\"", target))
        .advise(fmt::format("waxwing upgrade {}", target));
  refuse_unknown_applied(graph, applied);
  if (parsed.is_relative && parsed.symbol.empty()) return downward(graph, last_applied(graph, applied, parsed, target));
  if (!parsed.is_relative && parsed.symbol == "base") {
    if (parsed.label.empty()) return downward(graph, applied_only(graph.order(), applied));
    const auto branch = branch_of(graph, parsed.label);
    return downward(graph, applied_only(graph.descendants(Picked(branch.begin(), branch.end())), applied));
  }
  const Picked resolved = resolve_target(graph, applied, target);
  if (resolved.empty()) return downward(graph, applied_only(graph.order(), applied));
  if (resolved.size() > 1)
    throw Error(code::bad_target,
                fmt::format("\"{}\" names {} revisions, a downgrade needs one", target, resolved.size()))
        .because(listed(resolved));
  const Revision& goal = *resolved.front();
  if (applied_only(resolved, applied).empty())
    throw Error(code::bad_target, fmt::format("revision {} is not applied, so there is no way down to it", goal.id))
        .advise("waxwing current    shows where the database is")
        .state("nothing was changed");
  return downward(graph, strictly_above(graph, goal, applied));
}

std::vector<const Revision*> plan_stamp(const Graph& graph, const Applied& applied,
                                        const std::vector<std::string>& targets) {
  refuse_unknown_applied(graph, applied);
  const auto set = as_set(applied);
  std::unordered_set<const Revision*> wanted;
  for (const Revision* revision : graph.order())
    if (set.contains(revision->id)) wanted.insert(revision);
  for (const std::string& text : targets)
    for (const std::string& target : base::split(text, ' ')) {
      if (target.empty()) continue;
      const Parsed parsed = parse(graph, target);
      const Picked resolved = resolve_target(graph, applied, target);
      if (resolved.empty() && parsed.label.empty()) wanted.clear();
      if (resolved.empty() && !parsed.label.empty()) {
        const auto branch = branch_of(graph, parsed.label);
        for (const Revision* each : graph.descendants(Picked(branch.begin(), branch.end()))) wanted.erase(each);
      }
      for (const Revision* revision : resolved)
        for (const Revision* above : graph.descendants({revision})) wanted.erase(above);
      for (const Revision* below : graph.ancestors(resolved)) wanted.insert(below);
    }
  Picked ordered;
  for (const Revision* revision : graph.order())
    if (wanted.contains(revision)) ordered.push_back(revision);
  return ordered;
}

Range parse_range(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {"", std::string(text), false};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1)), true};
}

std::vector<const Revision*> revisions_in_range(const Graph& graph, const Applied& applied, const Range& range) {
  const auto is_bare_step = [](const std::string& end, char sign) {
    return end.size() > 1 && end[0] == sign && std::isdigit(static_cast<unsigned char>(end[1]));
  };
  // "-3:b" counts from b, "a:+3" from a, as Alembic does.
  const std::string from = is_bare_step(range.from, '-') && !range.to.empty() && !graph.find(range.from)
                               ? range.to + range.from
                               : range.from;
  const std::string to =
      is_bare_step(range.to, '+') && !range.from.empty() && !graph.find(range.to) ? range.from + range.to : range.to;
  Picked below = graph.ancestors(resolve_target(graph, applied, to.empty() ? "heads" : to));
  if (!from.empty() && from != "base") {
    Picked start;
    try {
      start = resolve_target(graph, applied, from);
    } catch (const Error& error) {
      // A window that begins before the first revision begins at the first.
      if (error.code() != code::walked_too_far) throw;
    }
    if (!start.empty()) {
      const Picked above = graph.descendants(start);
      std::unordered_set<const Revision*> kept(above.begin(), above.end());
      std::erase_if(below, [&](const Revision* each) { return !kept.contains(each); });
    }
  }
  std::reverse(below.begin(), below.end());
  return below;
}

}  // namespace revisions
