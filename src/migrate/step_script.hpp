// The script of a step in its direction; shared by the runner and the SQL writer.
#pragma once
#include <string>

#include "migrate/project.hpp"
#include "revisions/target.hpp"

namespace migrate {

void run_script(script::Migration& migration, revisions::Direction direction, postgres::Session& session);

}  // namespace migrate
