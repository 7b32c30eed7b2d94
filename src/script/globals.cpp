// What scripts see: the safe part of Lua's library and our own names; everything else says why it is not there.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

const char script_globals_key = 0;

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
  lua_pushvalue(lua, 2);
  lua_rawget(lua, LUA_GLOBALSINDEX);
  if (!lua_isnil(lua, -1))
    throw Error(code::not_in_sandbox, fmt::format("the global \"{}\" cannot be changed", name))
        .advise(fmt::format("choose another name: local my_{} = ...", name));
  throw Error(code::script_error, fmt::format("\"{}\" would become a global", name))
      .advise(fmt::format("local {} = ...", name));
}

int unknown_os(lua_State* lua) {
  throw withheld_error(fmt::format("os.{}", lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?"));
}

/// A cancel must not be swallowed: whatever catches an error looks at the signal first. Written in Lua, because Lua's
/// own pcall lets a coroutine yield through it and a C function would not. Each nested resume takes
/// a piece of the C stack, which nobody guards, so they are counted.
constexpr const char* protected_calls = R"(
local pcall, xpcall, coroutine, rethrow = ...
local resume, create, error = coroutine.resume, coroutine.create, error
local depth = 0
local function finish(ok, ...)
  if not ok then rethrow(...) end
  return ok, ...
end
local function leave(ok, ...)
  depth = depth - 1
  return finish(ok, ...)
end
function coroutine.resume(co, ...)
  if depth >= 100 then error("coroutines are nested more than 100 deep", 2) end
  depth = depth + 1
  return leave(resume(co, ...))
end
local counted = coroutine.resume
local function results(ok, ...)
  if not ok then error((...), 0) end
  return ...
end
function coroutine.wrap(f)
  local co = create(f)
  return function(...) return results(counted(co, ...)) end
end
return function(f, ...) return finish(pcall(f, ...)) end,
  function(f, handler, ...) return finish(xpcall(f, handler, ...)) end
)";

int rethrow_when_interrupted(lua_State* lua) {
  if (base::interrupt_signal() == 0) return 0;
  base::throw_if_interrupted();
  return lua_error(lua);
}

void open_protected_calls(lua_State* lua) {
  if (luaL_loadbuffer(lua, protected_calls, std::strlen(protected_calls), "=waxwing") != 0)
    throw Error(code::bug, "the protected calls cannot be loaded");
  lua_getglobal(lua, "pcall");
  lua_getglobal(lua, "xpcall");
  lua_getglobal(lua, "coroutine");
  lua_pushcfunction(lua, &guarded<&rethrow_when_interrupted>);
  lua_call(lua, 4, 2);
  lua_setglobal(lua, "xpcall");
  lua_setglobal(lua, "pcall");
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

std::vector<std::string> names_of(lua_State* lua, int table) {
  std::vector<std::string> names;
  lua_pushvalue(lua, table);
  for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1))
    if (lua_type(lua, -2) == LUA_TSTRING) names.emplace_back(lua_tostring(lua, -2));
  lua_pop(lua, 1);
  std::sort(names.begin(), names.end());
  return names;
}

/// `db.excute`: the library's name is upvalue 1.
int unknown_member(lua_State* lua) {
  const char* name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
  const std::vector<std::string> names = names_of(lua, 1);
  throw Error(code::script_error, fmt::format("there is no {}.{}{}", lua_tostring(lua, lua_upvalueindex(1)), name,
                                              base::did_you_mean_suffix(name, names)))
      .because("there are " + base::join(names, ", "));
}

int replaced_member(lua_State* lua) {
  throw Error(code::not_in_sandbox, fmt::format("{} cannot be changed", lua_tostring(lua, lua_upvalueindex(1))))
      .because("checks, modules and other scripts rely on it");
}

/// Pushes an empty table in front of the one on top of the stack, and removes that. It can be read through and not
/// written to.
void push_front(lua_State* lua, const char* name, lua_CFunction on_write) {
  lua_newtable(lua);
  lua_createtable(lua, 0, 3);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pushstring(lua, name);
  lua_pushcclosure(lua, on_write, 1);
  lua_setfield(lua, -2, "__newindex");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
  lua_remove(lua, -2);
}

/// Puts a front before a library; a key it does not have is an error that names those it has.
void lock_library(lua_State* lua, const char* name) {
  lua_getglobal(lua, name);
  if (!lua_getmetatable(lua, -1)) {
    lua_createtable(lua, 0, 1);
    lua_pushstring(lua, name);
    lua_pushcclosure(lua, &guarded<&unknown_member>, 1);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
  } else {
    lua_pop(lua, 1);
  }
  push_front(lua, name, &guarded<&replaced_member>);
  lua_setglobal(lua, name);
}

void lock_globals(lua_State* lua) {
  for (const char* name :
       {"string", "table", "math", "bit", "coroutine", "os", "db", "op", "schema", "check", "log", "json"})
    lock_library(lua, name);
  lua_pushvalue(lua, LUA_GLOBALSINDEX);
  lua_newtable(lua);
  lua_pushcfunction(lua, &guarded<&unknown_global>);
  lua_setfield(lua, -2, "__index");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
  // Scripts run with a front before the globals.
  lua_pushvalue(lua, -1);
  push_front(lua, "_G", &guarded<&new_global>);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, -3, "_G");
  lua_pushlightuserdata(lua, const_cast<char*>(&script_globals_key));
  lua_insert(lua, -2);
  lua_rawset(lua, LUA_REGISTRYINDEX);
  lua_pop(lua, 1);
  // The metatable that all strings share.
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 2);
}

}  // namespace

void push_script_globals(lua_State* lua) {
  lua_pushlightuserdata(lua, const_cast<char*>(&script_globals_key));
  lua_rawget(lua, LUA_REGISTRYINDEX);
}

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
  open_protected_calls(lua);

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
