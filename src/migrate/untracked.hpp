// A database that has tables but no ledger: somebody made it by other means.
#pragma once
#include <string>

#include "base/console.hpp"
#include "postgres/session.hpp"
#include "revisions/graph.hpp"

namespace migrate {

/// Warns when a database without applied revisions has tables already, and offers the stamp that adopts them: the
/// revision that Alembic's own version table names, where there is one.
void warn_of_untracked_schema(postgres::Session& session, const revisions::Graph& graph,
                              const std::string& ledger_schema, base::Console& console);

}  // namespace migrate
