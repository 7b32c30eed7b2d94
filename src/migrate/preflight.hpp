// What is looked at before a step runs: the checks of m.preflight, and the rows that will not fit what the step adds.
#pragma once
#include <vector>

#include "base/console.hpp"
#include "migrate/checks.hpp"
#include "migrate/project.hpp"
#include "postgres/session.hpp"
#include "revisions/target.hpp"

namespace migrate {

struct PreflightOptions {
  /// Report every failure, not the first only.
  bool all_checks = false;
  /// Look for rows that do not fit the constraints that the steps will add; the setting auto_preflight.
  bool automatic = true;
  /// Say which demands cannot be judged before they run.
  bool says_doubts = false;
  AfterCheck after_check{};
  /// What the banners speak of, in capitals.
  const char* noun = "MIGRATION";
};

/// Runs the checks of `migration`, which is that of `steps[first]`, and the automatic checks of that step and those
/// behind it, in a read-only transaction. The steps before `first` will have run by then: what they change makes rows
/// unknown. Prints `[k/N] ...` lines between two banners; nothing without checks. Throws code::check_failed or
/// code::rows_do_not_fit ("MIGRATION ABORTED: ...") at the first failure, or code::check_failed after all of them.
/// Returns the number of checks.
std::size_t run_preflight(const Project& project, script::Migration& migration,
                          const std::vector<revisions::Step>& steps, std::size_t first, postgres::Session& session,
                          base::Console& console, const PreflightOptions& options);

}  // namespace migrate
