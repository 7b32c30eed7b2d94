// The texts around a step.
#include "migrate/step_script.hpp"

#include <fmt/format.h>

namespace migrate {

std::string settings_sql(const Project& project, bool local) {
  const char* set = local ? "SET LOCAL" : "SET";
  return fmt::format("{} lock_timeout = {}; {} statement_timeout = {}", set,
                     project.config().integer("lock_timeout_ms"), set,
                     project.config().integer("statement_timeout_ms"));
}

std::string begin_sql(const Project& project, const std::string& fence_sql) {
  std::string sql = "BEGIN; " + settings_sql(project, true);
  if (!fence_sql.empty()) sql += "; SELECT " + fence_sql;
  return sql;
}

void run_script(script::Migration& migration, revisions::Direction direction, postgres::Session& session) {
  if (direction == revisions::Direction::up)
    migration.upgrade(session);
  else
    migration.downgrade(session);
  session.flush();
}

}  // namespace migrate
