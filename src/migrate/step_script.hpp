// What is sent around a step's own statements, and the step's script itself; shared by the runner and the SQL writer.
#pragma once
#include <string>

#include "migrate/project.hpp"
#include "revisions/target.hpp"

namespace migrate {

/// lock_timeout and statement_timeout of the project, as SET statements (`SET LOCAL` inside a transaction).
std::string settings_sql(const Project& project, bool local);
inline std::string session_settings_sql(const Project& project) { return settings_sql(project, false); }
/// BEGIN, the settings and, unless it is empty, the fence, as one message.
std::string begin_sql(const Project& project, const std::string& fence_sql);
void run_script(script::Migration& migration, revisions::Direction direction, postgres::Session& session);

}  // namespace migrate
