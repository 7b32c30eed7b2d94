// The revision graph: who revises whom, in what order they apply, heads, bases, branches.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "revisions/revision.hpp"

namespace revisions {

class Graph {
 public:
  /// Throws code::duplicate_revision, code::missing_parent, code::revision_cycle, each naming the files.
  explicit Graph(std::vector<Revision> revisions);
  Graph(Graph&&) = default;
  Graph& operator=(Graph&&) = default;

  using Index = std::size_t;
  std::size_t size() const { return revisions_.size(); }
  bool empty() const { return revisions_.empty(); }
  const Revision& operator[](Index index) const { return revisions_[index]; }
  /// By full id; null when unknown.
  const Revision* find(std::string_view id) const;
  /// The revision that carries a branch label itself; null when none does.
  const Revision* find_label(std::string_view label) const;
  /// By full id, unique prefix, or branch label. Throws code::unknown_revision (with the nearest id) or
  /// code::ambiguous_revision (with the candidates).
  const Revision& resolve(std::string_view id) const;

  /// Parents first; among equals in file order, so the order never depends on a clock. Dependencies count as parents.
  const std::vector<const Revision*>& order() const { return order_; }
  /// Revisions that nothing revises.
  std::vector<const Revision*> heads() const;
  std::vector<const Revision*> bases() const;
  /// Revisions with more than one child.
  std::vector<const Revision*> branch_points() const;
  std::vector<const Revision*> merge_points() const;
  std::vector<const Revision*> children(const Revision& revision) const;
  std::vector<const Revision*> parents(const Revision& revision) const;
  std::vector<const Revision*> dependencies(const Revision& revision) const;
  /// Labels that a revision carries: its own, and those of ancestors/descendants along the branch, as Alembic spreads
  /// them.
  std::vector<std::string> labels_of(const Revision& revision) const;
  /// The given revisions and everything they need (revises and depends_on).
  std::vector<const Revision*> ancestors(const std::vector<const Revision*>& of) const;
  /// The given revisions and everything that needs them.
  std::vector<const Revision*> descendants(const std::vector<const Revision*>& of) const;

  /// Ancestors, the revision itself and descendants along revises edges only: the branch it is on.
  std::vector<const Revision*> lineage(const Revision& revision) const;
  /// Where a revision stands in order().
  std::size_t position(const Revision& revision) const { return position_[index_of(revision)]; }

 private:
  using Edges = std::vector<std::vector<Index>>;

  Index index_of(const Revision& revision) const { return static_cast<Index>(&revision - revisions_.data()); }
  void link();
  void sort();
  Index find_dependency(const Revision& revision, const std::string& wanted) const;
  [[noreturn]] void throw_cycle(const std::vector<std::size_t>& waiting) const;
  std::vector<Index> with_prefix(std::string_view prefix) const;
  std::vector<const Revision*> pick(bool (*wanted)(const Graph&, Index)) const;
  std::vector<const Revision*> at(const std::vector<Index>& indices) const;
  std::vector<const Revision*> reach(const std::vector<const Revision*>& from,
                                     std::initializer_list<const Edges*> edges) const;
  void spread_labels() const;

  std::vector<Revision> revisions_;
  std::vector<const Revision*> order_;
  std::vector<std::size_t> position_;
  std::unordered_map<std::string_view, Index> by_id_, by_label_;
  /// Indices in the order of ids, for prefixes.
  std::vector<Index> sorted_;
  Edges parents_, dependencies_, children_, dependants_;
  /// Made when first asked for: few projects have labels.
  mutable std::vector<std::vector<std::string>> labels_;
};

}  // namespace revisions
