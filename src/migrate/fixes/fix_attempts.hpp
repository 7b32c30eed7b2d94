// Runs of fixes that kept nothing: dry runs, and what was refused. They are rows of the ledger's runs, not of its
// fixes, so nothing takes them for something that was applied or can be undone.
#pragma once
#include <string>
#include <vector>

#include "migrate/fixes/fix_run.hpp"
#include "revisions/ledger.hpp"

namespace migrate {

struct FixAttempt {
  std::string run, at, by, fix, ticket, reason;
  /// "dry run", "refused", "interrupted", or "unfinished" when its program ended before it could tell.
  std::string outcome;
  /// JSON: what the run was told to do, what it would have changed, or the error.
  std::string detail;
};

/// What the run of a fix begins with in the ledger.
revisions::RunStart start_of(const FixPlan& plan);
/// The same for one that ends before there is a plan.
revisions::RunStart start_of(const std::string& path, const std::string& fix, const std::string& reason,
                             const std::string& ticket, bool commits);

/// Writes down a dry run that went well. A database without a ledger stays without; a failure is a warning.
void record_dry_run(LockedDatabase& database, const revisions::RunStart& start, const FixOutcome& outcome,
                    base::Console& console);
/// Writes down what stopped a run that has no row yet, as record_dry_run does.
void record_refusal(LockedDatabase& database, const revisions::RunStart& start, const base::Error& error,
                    base::Console& console);

/// Newest first.
std::vector<FixAttempt> read_attempts(postgres::Session& session, const std::string& ledger_schema, int limit);

}  // namespace migrate
