// The observer that keeps what a run did in the ledger's table `event`, so that a report can be made from it later.
#pragma once
#include <memory>

#include "migrate/run_observer.hpp"

namespace migrate {

/// Everything is kept in memory and travels with messages that are sent anyway: a migration's record commits together
/// with its ledger row. Once a run, before and after: a snapshot of the schema, sizes and row counts. What cannot be
/// measured is left out; a record never stops a run.
std::unique_ptr<RunObserver> run_recorder(Project& project, base::Console& console);

}  // namespace migrate
