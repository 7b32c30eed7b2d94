// Pre-flight and verification: runs a migration's checks and prints the banner of document-style validations.
#pragma once
#include <functional>

#include "base/console.hpp"
#include "postgres/session.hpp"
#include "script/migration.hpp"

namespace migrate {

/// Is told of each check when it has run: its number from 1, of how many, and how long it took.
using AfterCheck = std::function<void(std::size_t number, std::size_t count, const script::CheckInfo&,
                                      const script::CheckOutcome&, double milliseconds)>;

/// Runs m.preflight in a read-only transaction and prints `[k/N] ...` lines between two banners; nothing without
/// checks. Throws code::check_failed ("MIGRATION ABORTED: ...") at the first failure, or after all of them with
/// `all_checks`. Returns the number of checks.
std::size_t run_preflight(script::Migration& migration, postgres::Session& session, base::Console& console,
                          bool all_checks, const AfterCheck& after_check = {});

/// Runs m.verify inside the caller's transaction. Throws code::verify_failed at the first failure.
std::size_t run_verify(script::Migration& migration, postgres::Session& session, base::Console& console,
                       const AfterCheck& after_check = {});

}  // namespace migrate
