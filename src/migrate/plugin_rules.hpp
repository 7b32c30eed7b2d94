// Rules of plugins: what statements of migrations must not do, looked at before they are sent.
#pragma once
#include <functional>
#include <vector>

#include "migrate/foresight.hpp"
#include "script/migration.hpp"

namespace migrate {

/// A rule as a check of the preflight.
struct RuleCheck {
  script::CheckInfo info;
  std::function<script::CheckOutcome()> run;
};

/// Does any plugin of the project have rules?
bool has_rules(const Project& project);

/// Every rule of every plugin about the statements of the step. One that the header names in
/// `allow = { "RULE", reason = "..." }` is passed over, with the reason.
std::vector<RuleCheck> rule_checks(const Project& project, const revisions::Step& step,
                                   std::vector<ForeseenStatement> statements);

}  // namespace migrate
