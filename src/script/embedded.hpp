// The Lua runtime inside the program, as functions and tables on the stack.
#pragma once
#include <lua.hpp>
#include <string>

namespace script {

/// Leaves the chunk of a file of lua/ on the stack. It is named with "=", so that errors name the user's line.
void load_embedded(lua_State* lua, const std::string& file);
/// Leaves the table on the stack that the runtime is given: did_you_mean, `fail`, and keys (lua/keys.lua).
void push_runtime_host(lua_State* lua, lua_CFunction fail);
/// Leaves the tools on the stack that the run function of a check is given.
void push_check_tools(lua_State* lua);

}  // namespace script
