// What an environment asks of a run before it begins: its hours, its checks.
#pragma once
#include <ctime>
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "revisions/target.hpp"

namespace migrate {

/// "Mon-Fri 20:00-06:00, Sat-Sun 00:00-24:00" in local time; a time that ends before it begins goes on after midnight
/// and belongs to the day on which it began. Throws code::bad_config for anything else.
bool is_within_hours(const std::string& hours, const std::tm& local);

/// Refuses a run outside of the setting allowed_hours (unless waived) and, with require_preflight, an upgrade to a
/// migration that declares no checks. Throws code::outside_hours, code::no_preflight.
void refuse_by_policy(Project& project, const std::vector<revisions::Step>& steps, bool is_waived);

/// Steps whose author says that there is no way back.
std::vector<std::string> irreversible_steps(const std::vector<revisions::Step>& steps);

}  // namespace migrate
