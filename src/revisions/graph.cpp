// Builds the graph and its order without recursion, so that a chain of any length is fine.
#include "revisions/graph.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace revisions {

using base::Error;
namespace code = base::code;

namespace {

std::vector<std::string> ids_of(const std::vector<Revision>& revisions) {
  std::vector<std::string> ids;
  ids.reserve(revisions.size());
  for (const Revision& revision : revisions) ids.push_back(revision.id);
  return ids;
}

Error missing(const Revision& revision, const char* relation, const std::string& id, const std::vector<Revision>& all) {
  return Error(code::missing_parent, fmt::format("revision {} {} {}, which does not exist{}", revision.id, relation, id,
                                                 base::did_you_mean_suffix(id, ids_of(all))))
      .at(revision.path)
      .because(fmt::format("no file in the migrations folder has the revision id {}", id))
      .advise(fmt::format("put the missing file back, or correct the id in {}", revision.path));
}

Error ambiguous(std::string_view prefix, const std::vector<Graph::Index>& candidates,
                const std::vector<Revision>& all) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < candidates.size() && i < 10; ++i)
    lines.push_back(all[candidates[i]].id + "  " + all[candidates[i]].message);
  return Error(code::ambiguous_revision, fmt::format("\"{}\" fits {} revisions", prefix, candidates.size()))
      .because(base::join(lines, "\n"))
      .advise("give more characters of the id");
}

bool holds(const std::vector<Graph::Index>& list, Graph::Index wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

}  // namespace

Graph::Graph(std::vector<Revision> revisions) : revisions_(std::move(revisions)) {
  const std::size_t count = revisions_.size();
  by_id_.reserve(count);
  for (Index i = 0; i < count; ++i) {
    const auto [at, is_new] = by_id_.emplace(revisions_[i].id, i);
    if (!is_new)
      throw Error(code::duplicate_revision, fmt::format("two files have the revision id {}", revisions_[i].id))
          .at(revisions_[at->second].path)
          .at(revisions_[i].path)
          .advise("give one of them another id, or remove the copy");
  }
  for (Index i = 0; i < count; ++i) sorted_.push_back(i);
  std::sort(sorted_.begin(), sorted_.end(), [this](Index a, Index b) { return revisions_[a].id < revisions_[b].id; });
  link();
  sort();
}

void Graph::link() {
  const std::size_t count = revisions_.size();
  parents_.resize(count);
  dependencies_.resize(count);
  children_.resize(count);
  dependants_.resize(count);
  for (Index i = 0; i < count; ++i)
    for (const std::string& parent : revisions_[i].revises) {
      const auto found = by_id_.find(parent);
      if (found == by_id_.end()) throw missing(revisions_[i], "revises", parent, revisions_);
      if (holds(parents_[i], found->second)) continue;
      parents_[i].push_back(found->second);
      children_[found->second].push_back(i);
    }
  for (Index i = 0; i < count; ++i)
    for (const std::string& label : revisions_[i].labels) {
      const auto [at, is_new] = by_label_.emplace(label, i);
      if (!is_new)
        throw Error(code::duplicate_revision, fmt::format("two revisions carry the branch label {}", label))
            .at(revisions_[at->second].path)
            .at(revisions_[i].path)
            .advise("a label names one branch; remove it from one of them");
    }
  for (Index i = 0; i < count; ++i)
    for (const std::string& wanted : revisions_[i].depends_on) {
      if (wanted.empty()) continue;
      const Index dependency = find_dependency(revisions_[i], wanted);
      if (holds(dependencies_[i], dependency)) continue;
      dependencies_[i].push_back(dependency);
      dependants_[dependency].push_back(i);
    }
}

Graph::Index Graph::find_dependency(const Revision& revision, const std::string& wanted) const {
  if (const auto found = by_id_.find(wanted); found != by_id_.end()) return found->second;
  if (const auto label = by_label_.find(wanted); label != by_label_.end()) return label->second;
  const std::vector<Index> candidates = with_prefix(wanted);
  if (candidates.size() == 1) return candidates.front();
  if (candidates.size() > 1) throw ambiguous(wanted, candidates, revisions_).at(revision.path);
  throw missing(revision, "depends on", wanted, revisions_);
}

/// Kahn's algorithm with a stack, so that a branch is walked to its end before the next begins; first files come first.
void Graph::sort() {
  const std::size_t count = revisions_.size();
  std::vector<std::size_t> waiting(count);
  std::vector<Index> ready;
  for (Index i = count; i-- > 0;) {
    waiting[i] = parents_[i].size() + dependencies_[i].size();
    if (waiting[i] == 0) ready.push_back(i);
  }
  order_.reserve(count);
  position_.resize(count);
  while (!ready.empty()) {
    const Index at = ready.back();
    ready.pop_back();
    position_[at] = order_.size();
    order_.push_back(&revisions_[at]);
    for (const auto* next : {&dependants_[at], &children_[at]})
      for (auto child = next->rbegin(); child != next->rend(); ++child)
        if (--waiting[*child] == 0) ready.push_back(*child);
  }
  if (order_.size() < count) throw_cycle(waiting);
}

void Graph::throw_cycle(const std::vector<std::size_t>& waiting) const {
  // Every revision still waiting has a parent that waits too: following such parents must come round.
  Index at = 0;
  while (waiting[at] == 0) ++at;
  std::vector<Index> path;
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    path.push_back(at);
    const auto waits = [&waiting](Index i) { return waiting[i] > 0; };
    auto next = std::find_if(parents_[at].begin(), parents_[at].end(), waits);
    at = next != parents_[at].end() ? *next : *std::find_if(dependencies_[at].begin(), dependencies_[at].end(), waits);
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  path.push_back(at);
  std::vector<std::string> ids;
  for (const Index each : path) ids.push_back(revisions_[each].id);
  Error error(code::revision_cycle, "revisions form a cycle");
  for (std::size_t i = 0; i + 1 < path.size() && i < 8; ++i) error.at(revisions_[path[i]].path);
  error.because(base::join(ids, " -> ") + " (each needs the next)");
  error.advise("one of these files must revise another revision");
  throw error;
}

std::vector<Graph::Index> Graph::with_prefix(std::string_view prefix) const {
  std::vector<Index> found;
  auto at = std::lower_bound(sorted_.begin(), sorted_.end(), prefix,
                             [this](Index i, std::string_view p) { return revisions_[i].id < p; });
  for (; at != sorted_.end() && std::string_view(revisions_[*at].id).starts_with(prefix); ++at) found.push_back(*at);
  return found;
}

const Revision* Graph::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &revisions_[found->second];
}

const Revision* Graph::find_label(std::string_view label) const {
  const auto found = by_label_.find(label);
  return found == by_label_.end() ? nullptr : &revisions_[found->second];
}

const Revision& Graph::resolve(std::string_view id) const {
  if (const Revision* exact = find(id)) return *exact;
  const std::vector<Index> candidates = id.empty() ? std::vector<Index>() : with_prefix(id);
  if (candidates.size() == 1) return revisions_[candidates.front()];
  if (const Revision* labelled = find_label(id)) return *labelled;
  if (candidates.size() > 1) throw ambiguous(id, candidates, revisions_);
  throw Error(code::unknown_revision,
              fmt::format("there is no revision \"{}\"{}", id, base::did_you_mean_suffix(id, ids_of(revisions_))))
      .advise("waxwing history    lists the revisions");
}

std::vector<const Revision*> Graph::pick(bool (*wanted)(const Graph&, Index)) const {
  std::vector<const Revision*> picked;
  for (const Revision* revision : order_)
    if (wanted(*this, index_of(*revision))) picked.push_back(revision);
  return picked;
}

std::vector<const Revision*> Graph::heads() const {
  return pick([](const Graph& g, Index i) { return g.children_[i].empty(); });
}
std::vector<const Revision*> Graph::bases() const {
  return pick([](const Graph& g, Index i) { return g.parents_[i].empty(); });
}
std::vector<const Revision*> Graph::branch_points() const {
  return pick([](const Graph& g, Index i) { return g.children_[i].size() > 1; });
}
std::vector<const Revision*> Graph::merge_points() const {
  return pick([](const Graph& g, Index i) { return g.parents_[i].size() > 1; });
}

std::vector<const Revision*> Graph::at(const std::vector<Index>& indices) const {
  std::vector<const Revision*> found;
  found.reserve(indices.size());
  for (const Index i : indices) found.push_back(&revisions_[i]);
  return found;
}

std::vector<const Revision*> Graph::children(const Revision& revision) const {
  return at(children_[index_of(revision)]);
}
std::vector<const Revision*> Graph::parents(const Revision& revision) const { return at(parents_[index_of(revision)]); }
std::vector<const Revision*> Graph::dependencies(const Revision& revision) const {
  return at(dependencies_[index_of(revision)]);
}

std::vector<const Revision*> Graph::reach(const std::vector<const Revision*>& from,
                                          std::initializer_list<const std::vector<std::vector<Index>>*> edges) const {
  std::vector<bool> seen(revisions_.size());
  std::vector<Index> open;
  for (const Revision* revision : from) open.push_back(index_of(*revision));
  while (!open.empty()) {
    const Index i = open.back();
    open.pop_back();
    if (seen[i]) continue;
    seen[i] = true;
    for (const auto* edge : edges)
      for (const Index next : (*edge)[i]) open.push_back(next);
  }
  std::vector<const Revision*> found;
  for (const Revision* revision : order_)
    if (seen[index_of(*revision)]) found.push_back(revision);
  return found;
}

std::vector<const Revision*> Graph::ancestors(const std::vector<const Revision*>& of) const {
  return reach(of, {&parents_, &dependencies_});
}
std::vector<const Revision*> Graph::descendants(const std::vector<const Revision*>& of) const {
  return reach(of, {&children_, &dependants_});
}
std::vector<const Revision*> Graph::lineage(const Revision& revision) const {
  std::vector<const Revision*> line = reach({&revision}, {&parents_});
  const std::vector<const Revision*> above = reach({&revision}, {&children_});
  line.insert(line.end(), above.begin() + 1, above.end());
  return line;
}

std::vector<std::string> Graph::labels_of(const Revision& revision) const {
  if (by_label_.empty()) return {};
  if (labels_.empty()) spread_labels();
  return labels_[index_of(revision)];
}

/// As Alembic does: a label reaches all descendants, and ancestors until a branch point or a merge.
void Graph::spread_labels() const {
  labels_.resize(revisions_.size());
  for (const Revision* carrier : order_)
    for (const std::string& label : carrier->labels) {
      for (const Revision* each : reach({carrier}, {&children_})) labels_[index_of(*each)].push_back(label);
      Index at = index_of(*carrier);
      while (parents_[at].size() == 1) {
        at = parents_[at].front();
        if (children_[at].size() > 1 || parents_[at].size() > 1) break;
        labels_[at].push_back(label);
      }
    }
}

}  // namespace revisions
