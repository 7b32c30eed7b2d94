// Which statements of a step will leave its transaction, found without a database.
#pragma once
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "revisions/target.hpp"

namespace migrate {

/// The statements of a transactional step before which it commits, in order; nothing when there are none, or when the
/// script asks the database for data and so cannot be known beforehand.
std::vector<std::string> statements_outside(const Project& project, const revisions::Step& step);

}  // namespace migrate
