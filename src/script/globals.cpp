// What scripts see: the safe part of Lua's library and our own names; everything else says why it is not there.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

/// Of Lua's own, left out on purpose: each would reach files, processes, memory or another script's state.
constexpr const char* withheld[] = {
    "io",         "debug",   "ffi",     "jit",      "package",        "dofile", "loadfile", "load",
    "loadstring", "getfenv", "setfenv", "newproxy", "collectgarbage", "rawset", "module",   "gcinfo"};

std::vector<std::string> global_names(lua_State* lua) {
  std::vector<std::string> names;
  lua_pushvalue(lua, LUA_GLOBALSINDEX);
  for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1))
    if (lua_type(lua, -2) == LUA_TSTRING) names.emplace_back(lua_tostring(lua, -2));
  lua_pop(lua, 1);
  return names;
}

Error withheld_error(const std::string& name) {
  return Error(code::not_in_sandbox, fmt::format("{} is not available to scripts", name))
      .because("scripts have no files, processes, bytecode or debug library")
      .advise("waxwing explain WAX-3005    lists what there is");
}

int unknown_global(lua_State* lua) {
  const char* name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
  if (std::find(std::begin(withheld), std::end(withheld), std::string_view(name)) != std::end(withheld))
    throw withheld_error(name);
  throw Error(code::script_error,
              fmt::format("there is no global \"{}\"{}", name, base::did_you_mean_suffix(name, global_names(lua))));
}

int new_global(lua_State* lua) {
  const char* name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
  throw Error(code::script_error, fmt::format("\"{}\" would become a global", name))
      .advise(fmt::format("local {} = ...", name));
}

int unknown_os(lua_State* lua) {
  throw withheld_error(fmt::format("os.{}", lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?"));
}

/// A cancel must not be swallowed: whatever catches an error looks at the signal first.
int finish_protected(lua_State* lua, int status, int first) {
  if (status != 0 && base::interrupt_signal() != 0) return lua_error(lua);
  lua_pushboolean(lua, status == 0);
  lua_insert(lua, first);
  return lua_gettop(lua) - first + 1;
}

int protected_call(lua_State* lua) {
  luaL_checkany(lua, 1);
  return finish_protected(lua, lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0), 1);
}

int protected_call_with_handler(lua_State* lua) {
  luaL_checkany(lua, 2);
  // f, handler, args... becomes handler, f, args...
  lua_pushvalue(lua, 1);
  lua_pushvalue(lua, 2);
  lua_replace(lua, 1);
  lua_replace(lua, 2);
  return finish_protected(lua, lua_pcall(lua, lua_gettop(lua) - 2, LUA_MULTRET, 1), 2);
}

/// Wraps coroutine.resume (upvalue 1) in the same way.
int resume(lua_State* lua) {
  const int arguments = lua_gettop(lua);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, arguments, LUA_MULTRET);
  if (!lua_toboolean(lua, 1) && base::interrupt_signal() != 0) {
    lua_settop(lua, 2);
    return lua_error(lua);
  }
  return lua_gettop(lua);
}

void open_library(lua_State* lua, lua_CFunction opener, const char* name) {
  lua_pushcfunction(lua, opener);
  lua_pushstring(lua, name);
  lua_call(lua, 1, 0);
}

void remove_field(lua_State* lua, const char* table, const char* field) {
  lua_getglobal(lua, table);
  lua_pushnil(lua);
  lua_setfield(lua, -2, field);
  lua_pop(lua, 1);
}

void open_os(lua_State* lua) {
  open_library(lua, luaopen_os, LUA_OSLIBNAME);
  lua_getglobal(lua, "os");
  lua_newtable(lua);
  for (const char* name : {"time", "date", "clock", "difftime"}) {
    lua_getfield(lua, -2, name);
    lua_setfield(lua, -2, name);
  }
  lua_newtable(lua);
  lua_pushcfunction(lua, &guarded<&unknown_os>);
  lua_setfield(lua, -2, "__index");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
  lua_setglobal(lua, "os");
  lua_pop(lua, 1);
}

void lock_globals(lua_State* lua) {
  lua_pushvalue(lua, LUA_GLOBALSINDEX);
  lua_newtable(lua);
  lua_pushcfunction(lua, &guarded<&unknown_global>);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, &guarded<&new_global>);
  lua_setfield(lua, -2, "__newindex");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
  lua_pop(lua, 1);
  // The metatable that all strings share.
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 2);
}

}  // namespace

void open_globals(lua_State* lua) {
  open_library(lua, luaopen_base, "");
  open_library(lua, luaopen_table, LUA_TABLIBNAME);
  open_library(lua, luaopen_string, LUA_STRLIBNAME);
  open_library(lua, luaopen_math, LUA_MATHLIBNAME);
  open_library(lua, luaopen_bit, LUA_BITLIBNAME);
  open_os(lua);
  for (const char* name : withheld) {
    lua_pushnil(lua);
    lua_setglobal(lua, name);
  }
  remove_field(lua, "string", "dump");
  lua_pushcfunction(lua, &protected_call);
  lua_setglobal(lua, "pcall");
  lua_pushcfunction(lua, &protected_call_with_handler);
  lua_setglobal(lua, "xpcall");
  lua_getglobal(lua, "coroutine");
  lua_getfield(lua, -1, "resume");
  lua_pushcclosure(lua, &resume, 1);
  lua_setfield(lua, -2, "resume");
  lua_pop(lua, 1);

  register_value_types(lua);
  open_db(lua);
  open_schema(lua);
  open_op(lua);
  open_log_json_env(lua);
  open_modules(lua);
  open_check(lua);
  open_migration(lua);
  lock_globals(lua);
}

}  // namespace script
