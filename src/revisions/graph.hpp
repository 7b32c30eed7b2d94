// The revision graph: who revises whom, in what order they apply, heads, bases, branches.
#pragma once
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

  using Index = std::size_t;
  std::size_t size() const { return revisions_.size(); }
  bool empty() const { return revisions_.empty(); }
  const Revision& operator[](Index index) const { return revisions_[index]; }
  /// By full id; null when unknown.
  const Revision* find(std::string_view id) const;
  /// By full id, unique prefix, or branch label. Throws code::unknown_revision (with the nearest id) or code::ambiguous_revision (with the candidates).
  const Revision& resolve(std::string_view id) const;

  /// Parents first; among equals in file order, so the order never depends on a clock. Dependencies count as parents.
  const std::vector<const Revision*>& order() const { return order_; }
  std::vector<const Revision*> heads() const;
  /// Heads counting only revises edges that are also not depended upon: Alembic's "effective heads" are not needed by users; this is `heads`.
  std::vector<const Revision*> bases() const;
  /// Revisions with more than one child.
  std::vector<const Revision*> branch_points() const;
  std::vector<const Revision*> merge_points() const;
  std::vector<const Revision*> children(const Revision& revision) const;
  std::vector<const Revision*> parents(const Revision& revision) const;
  std::vector<const Revision*> dependencies(const Revision& revision) const;
  /// Labels that a revision carries: its own, and those of ancestors/descendants along the branch, as Alembic spreads them.
  std::vector<std::string> labels_of(const Revision& revision) const;
  /// The given revisions and everything they need (revises and depends_on).
  std::vector<const Revision*> ancestors(const std::vector<const Revision*>& of) const;
  /// The given revisions and everything that needs them.
  std::vector<const Revision*> descendants(const std::vector<const Revision*>& of) const;

 private:
  std::vector<Revision> revisions_;
  std::vector<const Revision*> order_;
  std::unordered_map<std::string_view, Index> by_id_;
  std::vector<std::vector<Index>> parents_, dependencies_, children_;
};

}  // namespace revisions
