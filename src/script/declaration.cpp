// The declaration lies in the registry, which scripts cannot reach.
#include "script/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "script/lua_state.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

const char declaration_key = 0;

/// __newindex of a module; the upvalues are what it is and its keys.
int set_module_key(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_settop(lua, 3);
  const char* what = lua_tostring(lua, lua_upvalueindex(1));
  const auto& keys = *static_cast<const std::vector<std::string>*>(lua_touserdata(lua, lua_upvalueindex(2)));
  const std::string key = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
  if (std::find(keys.begin(), keys.end(), key) == keys.end())
    throw Error(code::bad_argument, fmt::format("{} has no \"{}\"{}", what, key, base::did_you_mean_suffix(key, keys)))
        .because(fmt::format("{} has {}", what, base::join(keys, ", ")));
  lua_rawset(lua, 1);
  return 0;
}

}  // namespace

void keep_declaration(lua_State* lua) {
  lua_pushlightuserdata(lua, const_cast<char*>(&declaration_key));
  lua_pushvalue(lua, 1);
  lua_rawset(lua, LUA_REGISTRYINDEX);
}

void push_declaration(lua_State* lua) {
  lua_pushlightuserdata(lua, const_cast<char*>(&declaration_key));
  lua_rawget(lua, LUA_REGISTRYINDEX);
}

void push_module(lua_State* lua, const char* what, const std::vector<std::string>& keys) {
  lua_newtable(lua);
  lua_createtable(lua, 0, 2);
  lua_pushstring(lua, what);
  lua_pushlightuserdata(lua, const_cast<std::vector<std::string>*>(&keys));
  lua_pushcclosure(lua, &guarded<&set_module_key>, 2);
  lua_setfield(lua, -2, "__newindex");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
}

}  // namespace script
