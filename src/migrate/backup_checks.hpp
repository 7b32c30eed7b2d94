// What commonly stands in the way of a migration, looked for when its backup has been made.
#pragma once
#include <string>
#include <vector>

#include "base/console.hpp"
#include "migrate/manifest.hpp"

namespace migrate {

/// Prints `[1/3] ...` to `[3/3] ...` with a mark or WARNING lines each, and returns the warnings.
std::vector<std::string> look_for_blockers(postgres::Connection& connection, const Manifest& manifest,
                                           base::Console& console);

}  // namespace migrate
