// Runs the steps of a plan against a database, by the protocol that leaves nothing half done.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "migrate/locked_database.hpp"
#include "migrate/run_summary.hpp"
#include "revisions/target.hpp"

namespace migrate {

struct RunOptions {
  /// "upgrade", "downgrade", "stamp".
  std::string command;
  /// As the user typed it.
  std::string target;
  /// Report every failing pre-flight check, not the first only.
  bool all_checks = false;
  /// Leave out the statement at which a half-done migration stopped.
  bool skips_next_statement = false;
  /// JSON for run.detail: which backup stands behind the run, or that none was wanted.
  std::string detail = {};
};

/// Runs `steps` in order. Each transactional step is one transaction; the ledger row commits with the change.
/// Throws the first failure, with `state` saying where the database is now.
RunSummary run_steps(Project& project, LockedDatabase& database, const std::vector<revisions::Step>& steps,
                     const RunOptions& options, base::Console& console);

/// Reads the ledger on a fresh connection: success is only reported when it holds exactly `expected`. Throws
/// code::outcome_unknown.
void confirm_applied(const LockedDatabase& database, revisions::Applied expected);

/// "1294713df196", "a, b" for several, "base" for none.
std::string position(const revisions::Graph& graph, const revisions::Applied& applied);
/// "Running upgrade 1294713df196 -> 72e10c4c221a, migrate books", as Alembic says it.
std::string step_line(const revisions::Step& step);

}  // namespace migrate
