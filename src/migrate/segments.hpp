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

/// What the operations of a step that change keys would touch, and how long they would block, by what is in the
/// database now. `session` is in a read-only transaction. Nothing for most steps; up to where the script asks for data.
std::vector<std::string> foretold_keys(const Project& project, const revisions::Step& step, postgres::Session& session);

}  // namespace migrate
