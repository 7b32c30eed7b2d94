// What a file says of itself, migration { ... }, fix { ... }, script { ... } or plugin { ... }, and the table that its
// functions go into.
#pragma once
#include <lua.hpp>
#include <string>
#include <vector>

namespace script {

/// Keeps the table at index 1 as the declaration of this state's file.
void keep_declaration(lua_State* lua);
/// Leaves it on the stack; nil when the file has none.
void push_declaration(lua_State* lua);
/// Leaves a table on the stack that takes these keys only; others are code::bad_argument. `what` ("a fix") and `keys`
/// must outlive the state.
void push_module(lua_State* lua, const char* what, const std::vector<std::string>& keys);

}  // namespace script
