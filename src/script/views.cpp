// Scripts see globals and libraries through empty, read-only views, so that nothing they share can be replaced.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "script/lua_state.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

const char globals_key = 0;

/// Each would reach files, processes, memory or another script's state; `string.dump` makes bytecode.
constexpr const char* withheld[] = {
    "io",         "debug",   "ffi",     "jit",      "package",        "dofile", "loadfile", "load",
    "loadstring", "getfenv", "setfenv", "newproxy", "collectgarbage", "rawset", "module",   "gcinfo"};

/// Tables of functions that scripts share with the runtime.
constexpr const char* libraries[] = {"string", "table", "math", "bit", "os",   "coroutine", "db",    "op",  "schema",
                                     "check",  "log",   "json", "env", "http", "shell",     "files", "util"};

std::string key_text(lua_State* lua, int index) {
  return lua_type(lua, index) == LUA_TSTRING ? lua_tostring(lua, index) : luaL_typename(lua, index);
}

std::vector<std::string> names_in(lua_State* lua, int table) {
  std::vector<std::string> names;
  for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1))
    if (lua_type(lua, -2) == LUA_TSTRING) names.emplace_back(lua_tostring(lua, -2));
  std::sort(names.begin(), names.end());
  return names;
}

Error withheld_error(const std::string& name) {
  return Error(code::not_in_sandbox, fmt::format("{} is not available to scripts", name))
      .because("scripts have no files, processes, bytecode or debug library")
      .advise("waxwing explain WAX-3005    lists what there is");
}

/// __index of the real globals.
int unknown_global(lua_State* lua) {
  const std::string name = key_text(lua, 2);
  if (std::find(std::begin(withheld), std::end(withheld), name) != std::end(withheld)) throw withheld_error(name);
  throw Error(code::script_error,
              fmt::format("there is no global \"{}\"{}", name, base::did_you_mean_suffix(name, names_in(lua, 1))));
}

/// __newindex of the view of the globals.
int new_global(lua_State* lua) {
  const std::string name = key_text(lua, 2);
  push_real_globals(lua);
  lua_pushvalue(lua, 2);
  lua_rawget(lua, -2);
  const bool exists = !lua_isnil(lua, -1);
  if (exists)
    throw Error(code::not_in_sandbox, fmt::format("the global \"{}\" cannot be changed", name))
        .advise(fmt::format("choose another name: local my_{} = ...", name));
  throw Error(code::script_error, fmt::format("\"{}\" would become a global", name))
      .advise(fmt::format("local {} = ...", name));
}

/// __index of a real library; its name is the upvalue.
int unknown_member(lua_State* lua) {
  const std::string library = lua_tostring(lua, lua_upvalueindex(1)), name = key_text(lua, 2);
  // Lua has more in `os`, and string.dump.
  if (library == "os" || (library == "string" && name == "dump")) throw withheld_error(library + "." + name);
  const std::vector<std::string> names = names_in(lua, 1);
  throw Error(code::script_error,
              fmt::format("there is no {}.{}{}", library, name, base::did_you_mean_suffix(name, names)))
      .because("there are " + base::join(names, ", "));
}

/// __newindex of a view; its name is the upvalue.
int read_only(lua_State* lua) {
  throw Error(code::not_in_sandbox,
              fmt::format("{}.{} cannot be changed", lua_tostring(lua, lua_upvalueindex(1)), key_text(lua, 2)))
      .because("checks, modules and other scripts rely on it");
}

void set_closure(lua_State* lua, lua_CFunction function, const char* upvalue, const char* field) {
  lua_pushstring(lua, upvalue);
  lua_pushcclosure(lua, function, 1);
  lua_setfield(lua, -2, field);
}

void lock(lua_State* lua) {
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
}

/// Says what there is when a name is missing; a library that finds its members by itself keeps doing so.
void name_missing_members(lua_State* lua, const char* name) {
  if (luaL_getmetafield(lua, -1, "__index")) {
    lua_pop(lua, 1);
    return;
  }
  lua_createtable(lua, 0, 1);
  set_closure(lua, &guarded<&unknown_member>, name, "__index");
  lua_setmetatable(lua, -2);
}

/// Strings find their methods in a copy: a missing one stays nil, since `err.message or err` is good Lua.
void give_strings_their_methods(lua_State* lua) {
  lua_createtable(lua, 0, 32);
  lua_getglobal(lua, "string");
  for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1)) {
    lua_pushvalue(lua, -2);
    lua_pushvalue(lua, -2);
    lua_rawset(lua, -6);
  }
  lua_pop(lua, 1);
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lock(lua);
  lua_pop(lua, 3);
}

}  // namespace

void push_real_globals(lua_State* lua) {
  lua_pushlightuserdata(lua, const_cast<char*>(&globals_key));
  lua_rawget(lua, LUA_REGISTRYINDEX);
}

void replace_by_view(lua_State* lua, const char* name, lua_CFunction call) {
  // A userdata, since table.insert and rawget take no heed of a table's metatable.
  lua_newuserdata(lua, 0);
  lua_createtable(lua, 0, 4);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  set_closure(lua, &guarded<&read_only>, name, "__newindex");
  lock(lua);
  if (call) {
    lua_pushcfunction(lua, call);
    lua_setfield(lua, -2, "__call");
  }
  lua_setmetatable(lua, -2);
  lua_replace(lua, -2);
}

void open_views(lua_State* lua) {
  for (const char* name : withheld) {
    lua_pushnil(lua);
    lua_setglobal(lua, name);
  }
  give_strings_their_methods(lua);
  for (const char* name : libraries) {
    lua_getglobal(lua, name);
    lua_CFunction call = nullptr;
    if (luaL_getmetafield(lua, -1, "__call")) {
      call = lua_tocfunction(lua, -1);
      lua_pop(lua, 1);
    }
    name_missing_members(lua, name);
    replace_by_view(lua, name, call);
    lua_setglobal(lua, name);
  }

  lua_pushvalue(lua, LUA_GLOBALSINDEX);
  lua_pushlightuserdata(lua, const_cast<char*>(&globals_key));
  lua_pushvalue(lua, -2);
  lua_rawset(lua, LUA_REGISTRYINDEX);
  lua_createtable(lua, 0, 1);
  lua_pushcfunction(lua, &guarded<&unknown_global>);
  lua_setfield(lua, -2, "__index");
  lua_setmetatable(lua, -2);

  lua_createtable(lua, 0, 3);
  lua_pushvalue(lua, -2);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, &guarded<&new_global>);
  lua_setfield(lua, -2, "__newindex");
  lock(lua);
  // What scripts can hold of it is a userdata; the table itself is only the environment of their functions.
  lua_newuserdata(lua, 0);
  lua_pushvalue(lua, -2);
  lua_setmetatable(lua, -2);
  lua_setfield(lua, -3, "_G");
  lua_newtable(lua);
  lua_insert(lua, -2);
  lua_setmetatable(lua, -2);
  lua_replace(lua, LUA_GLOBALSINDEX);
  lua_pop(lua, 1);
}

}  // namespace script
