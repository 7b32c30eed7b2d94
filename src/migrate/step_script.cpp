// Up or down.
#include "migrate/step_script.hpp"

namespace migrate {

void run_script(script::Migration& migration, revisions::Direction direction, postgres::Session& session) {
  if (direction == revisions::Direction::up)
    migration.upgrade(session);
  else
    migration.downgrade(session);
  session.flush();
}

}  // namespace migrate
