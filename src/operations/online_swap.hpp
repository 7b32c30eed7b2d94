// The moment at which a column and its twin change places.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "operations/online_change.hpp"

namespace operations {

/// How long the others may wait behind us for a lock that we wait for, in milliseconds, over all locks of one step.
inline constexpr int lock_budget_ms = 100;

/// Runs `work` in one transaction under locks on `tables`, as one statement of the journal. A lock that is not given in
/// time is the error of a lock timeout, after which the step is tried again.
void under_short_lock(postgres::Session& session, const std::string& statement, const std::string& mode,
                      const std::vector<std::string>& tables, const std::function<void(postgres::Session&)>& work);

/// Columns, indexes, constraints, defaults and sequences change places, views and the like are made again, and the
/// triggers turn around. Needs all twins to be there; throws code::online_refused where one is missing.
void swap_online(postgres::Session& session, OnlineChange& change);

/// Replaces or makes the functions of the tables that have columns up to `stage`, and the triggers that are missing.
void install_sync(postgres::Session& session, const OnlineChange& change, int stage);

}  // namespace operations
