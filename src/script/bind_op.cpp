// `op`: one closure serves every operation; the operations themselves live one floor down.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "operations/operation.hpp"
#include "postgres/sql_error.hpp"
#include "script/embedded.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"
#include "script/modules.hpp"
#include "script/plugin.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

bool has_operation(const Plugin& plugin, const std::string& name) {
  const auto& all = plugin.info().operations;
  return std::any_of(all.begin(), all.end(), [&name](const PluginPart& each) { return each.name == name; });
}

/// Paths are relative to the project, wherever the command was typed.
base::Value with_absolute_paths(const operations::OperationType& type, base::Value value, const LuaState& state) {
  for (const operations::FieldInfo& field : type.fields()) {
    if (!field.is_path) continue;
    std::string* path = value.get_if<std::string>();
    if (base::Map* map = value.get_if<base::Map>())
      for (auto& [key, each] : *map)
        if (key == field.name) path = each.get_if<std::string>();
    if (path && !path->starts_with('/')) *path = state.surroundings().project_folder + "/" + *path;
  }
  return value;
}

int fail(lua_State* lua) { throw Error(code::bad_argument, luaL_checkstring(lua, 1)).advise("waxwing help op"); }

/// A file of lua/operations stands before its operation: it is given the table of the script, and returns the one that
/// the operation reads, and a function for afterwards. The file itself is given `fail`.
int run_prepared(lua_State* lua) {
  lua_settop(lua, 1);
  lua_pushvalue(lua, lua_upvalueindex(2));
  lua_pushvalue(lua, 1);
  lua_call(lua, 1, 2);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_pushvalue(lua, 2);
  lua_call(lua, 1, 0);
  if (lua_isfunction(lua, 3)) {
    lua_pushvalue(lua, 3);
    lua_call(lua, 0, 0);
  }
  return 0;
}

int run_operation(lua_State* lua) {
  const auto& type = *static_cast<const operations::OperationType*>(lua_touserdata(lua, lua_upvalueindex(1)));
  if (lua_gettop(lua) != 1 || !(lua_istable(lua, 1) || lua_type(lua, 1) == LUA_TSTRING))
    throw Error(code::bad_argument, fmt::format("op.{} takes one table, got {}", type.name(),
                                                lua_gettop(lua) == 0 ? "nothing" : luaL_typename(lua, 1)))
        .advise(fmt::format("op.{} {{ ... }}    waxwing help op {}", type.name(), type.name()));
  LuaState& state = LuaState::of(lua);
  const std::unique_ptr<operations::Operation> operation =
      type.read(with_absolute_paths(type, to_value(lua, 1), state));
  try {
    state.watcher().before_operation(*operation, caller_place(lua));
    operation->run(state.session(), state.watcher());
  } catch (postgres::SqlError& error) {
    error.headline("cannot " + operation->description());
    throw;
  }
  return 0;
}

/// An operation of a plugin, whose name is the upvalue: it runs in the plugin's state, on this script's session.
int run_plugin_operation(lua_State* lua) {
  const std::string name = lua_tostring(lua, lua_upvalueindex(1));
  LuaState& state = LuaState::of(lua);
  for (Plugin* plugin : plugins_of(state))
    if (has_operation(*plugin, name)) {
      plugin->run_operation(name, lua_gettop(lua) == 0 ? base::Value(base::Map{}) : to_value(lua, 1),
                            state.unguarded_session(), state.watcher());
      return 0;
    }
  throw Error(code::bug, "the plugin of op." + name + " is gone");
}

int find_operation(lua_State* lua) {
  const std::string name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
  const operations::OperationType* type = operations::find_operation(name);
  const auto& plugins = type ? std::vector<Plugin*>() : plugins_of(LuaState::of(lua));
  if (std::any_of(plugins.begin(), plugins.end(), [&](Plugin* each) { return has_operation(*each, name); })) {
    lua_pushlstring(lua, name.data(), name.size());
    lua_pushcclosure(lua, &guarded<&run_plugin_operation>, 1);
    return 1;
  }
  if (!type) {
    std::vector<std::string> names;
    for (const Plugin* plugin : plugins)
      for (const PluginPart& each : plugin->info().operations) names.push_back(each.name);
    for (const operations::OperationType* each : operations::all_operations()) names.push_back(each->name());
    throw Error(code::bad_argument, fmt::format("there is no op.{}{}", name, base::did_you_mean_suffix(name, names)))
        .advise("waxwing help op");
  }
  lua_pushlightuserdata(lua, const_cast<operations::OperationType*>(type));
  lua_pushcclosure(lua, &guarded<&run_operation>, 1);
  if (const std::string file = "operations/" + name + ".lua"; embedded_file(file)) {
    load_embedded(lua, file);
    lua_pushcfunction(lua, &guarded<&fail>);
    lua_call(lua, 1, 1);
    lua_pushcclosure(lua, &guarded<&run_prepared>, 2);
  }
  // Kept, so that the next use is a plain look-up.
  lua_pushvalue(lua, 2);
  lua_pushvalue(lua, -2);
  lua_rawset(lua, 1);
  return 1;
}

}  // namespace

void open_op(lua_State* lua) {
  lua_newtable(lua);
  lua_createtable(lua, 0, 1);
  lua_pushcfunction(lua, &guarded<&find_operation>);
  lua_setfield(lua, -2, "__index");
  lua_setmetatable(lua, -2);
  lua_setglobal(lua, "op");
}

}  // namespace script
