// Evaluates waxwing.lua: the safe library and env(), nothing else.
#include <fmt/format.h>

#include "base/error.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

/// In a configuration a missing variable becomes { env = NAME }: it is an error only when the setting is used.
int lenient_env(lua_State* lua) {
  if (lua_type(lua, 1) != LUA_TSTRING) throw Error(code::bad_argument, "env: the name of a variable is expected");
  const Surroundings& surroundings = LuaState::of(lua).surroundings();
  if (const auto value = surroundings.environment ? surroundings.environment(lua_tostring(lua, 1)) : std::nullopt) {
    lua_pushlstring(lua, value->data(), value->size());
  } else if (lua_gettop(lua) >= 2) {
    lua_pushvalue(lua, 2);
  } else {
    lua_newtable(lua);
    lua_pushvalue(lua, 1);
    lua_setfield(lua, -2, "env");
  }
  return 1;
}

}  // namespace

base::Value evaluate_config(const std::string& text, const std::string& path, const Surroundings& surroundings) {
  LuaState state(surroundings);
  base::Value table;
  state.protect("", [&](lua_State* lua) {
    push_real_globals(lua);
    for (const char* name : {"db", "schema", "op", "check", "migration", "irreversible"}) {
      lua_pushnil(lua);
      lua_setfield(lua, -2, name);
    }
    lua_pushcfunction(lua, &guarded<&lenient_env>);
    lua_setfield(lua, -2, "env");
    state.load(lua, text, path);
    lua_call(lua, 0, 1);
    if (!lua_istable(lua, -1))
      throw Error(code::bad_config, fmt::format("{} does not return a table", path))
          .at(path)
          .advise("return { migrations = \"migrations\", url = env(\"DATABASE_URL\") }");
    table = to_value(lua, -1);
  });
  return table;
}

}  // namespace script
