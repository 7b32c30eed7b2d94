// Looking at what steps need, and changing nothing: `preflight`, `upgrade --preflight`, `downgrade --preflight`.
#pragma once
#include <functional>
#include <vector>

#include "cli/command.hpp"
#include "revisions/target.hpp"

namespace cli {

/// The steps that a command would take from where the database is; those before `first` will be done by then.
struct ChosenSteps {
  std::vector<revisions::Step> steps;
  std::size_t first = 0;
  /// False for a revision that is applied: what it adds is there.
  bool automatic = true;
};

/// Connects without the migrator lock, runs the checks and reports them. Throws what run_preflight throws.
base::Exit preflight_only(Context& context, const std::function<ChosenSteps(const revisions::Applied&)>& choose);

}  // namespace cli
