// Writing a migration file, shared by `revision` and `merge`.
#pragma once
#include "cli/command.hpp"
#include "cli/templates.hpp"

namespace cli {

/// The graph, or an empty one when the project has no migrations yet.
const revisions::Graph& read_graph_or_empty(migrate::Project& project);
/// Writes `<rev>_<slug>.lua` (or .sql) and prints its path. Fills in a random id and the time; refuses an id that
/// exists.
void write_revision(Context& context, const revisions::Graph& graph, NewRevision revision);

}  // namespace cli
