// Targets: how a user names where to go ("head", "+2", "ae10-1", "billing@head", "a:b").
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "revisions/graph.hpp"

namespace revisions {

/// The set of applied revisions, as the ledger has it.
using Applied = std::vector<std::string>;

enum class Direction { up, down };

/// A step of a plan: apply or undo one revision.
struct Step {
  const Revision* revision;
  Direction direction;
};

/// The steps that `upgrade TARGET` takes from `applied`, in order. Target grammar of Alembic: full id, unique prefix,
/// head, heads, base, current, +N, rev+N, -N, label@head, label@+N, label@rev. Nothing to do gives no steps. Throws
/// code::multiple_heads for `head` with several, code::bad_target, code::walked_too_far, code::unknown_revision,
/// code::unknown_applied ...
std::vector<Step> plan_upgrade(const Graph& graph, const Applied& applied, std::string_view target);
/// The steps that `downgrade TARGET` takes: -N, base, a revision (everything above it is undone), label@base, label@-1.
std::vector<Step> plan_downgrade(const Graph& graph, const Applied& applied, std::string_view target);
/// What `stamp TARGET` makes the ledger hold: the target and its ancestors (empty for base); several targets are
/// separated by spaces or given one each.
std::vector<const Revision*> plan_stamp(const Graph& graph, const Applied& applied,
                                        const std::vector<std::string>& targets);

/// The revisions a target names (several for `heads`), without walking; `applied` serves current and relative forms.
std::vector<const Revision*> resolve_target(const Graph& graph, const Applied& applied, std::string_view target);

/// `a:b` for history and --sql; either side may be empty. A target without ":" is ":target".
struct Range {
  std::string from, to;
  bool has_colon = false;
};
Range parse_range(std::string_view text);
/// The revisions of a range, newest first, as `history -r` lists them.
std::vector<const Revision*> revisions_in_range(const Graph& graph, const Applied& applied, const Range& range);

/// The newest of the applied revisions: those no applied revision needs (Alembic's `current`).
std::vector<const Revision*> current_heads(const Graph& graph, const Applied& applied);

}  // namespace revisions
