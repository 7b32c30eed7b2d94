// schema.at(revision): questions about the tables as a run has left them.
#pragma once
#include <lua.hpp>

namespace script {

int schema_at(lua_State* lua);

}  // namespace script
