// Verification: runs the checks of m.verify, and tries what a step has added.
#pragma once
#include <functional>

#include "base/console.hpp"
#include "postgres/row_demand.hpp"
#include "postgres/session.hpp"
#include "script/migration.hpp"

namespace migrate {

/// Is told of each check when it has run: its number from 1, of how many, and how long it took.
using AfterCheck = std::function<void(std::size_t number, std::size_t count, const script::CheckInfo&,
                                      const script::CheckOutcome&, double milliseconds)>;

/// Runs m.verify inside the caller's transaction. Throws code::verify_failed at the first failure.
std::size_t run_verify(script::Migration& migration, postgres::Session& session, base::Console& console,
                       const AfterCheck& after_check = {});

/// Tries each constraint that a step has added to rows that were there (unique, foreign key, check, NOT NULL) with
/// check.probe, inside the caller's transaction; says nothing of those that cannot be tried. Throws
/// code::verify_failed.
void run_probes(const std::vector<postgres::RowDemand>& added, const std::string& path, postgres::Session& session,
                base::Console& console, const AfterCheck& after_check = {});

}  // namespace migrate
