// What scripts see: the safe part of Lua's library and our own names, in order.
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

namespace {

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

/// Of `os` only what tells the time.
void open_os(lua_State* lua) {
  open_library(lua, luaopen_os, LUA_OSLIBNAME);
  lua_getglobal(lua, "os");
  lua_createtable(lua, 0, 4);
  for (const char* name : {"time", "date", "clock", "difftime"}) {
    lua_getfield(lua, -2, name);
    lua_setfield(lua, -2, name);
  }
  lua_setglobal(lua, "os");
  lua_pop(lua, 1);
}

}  // namespace

void open_globals(lua_State* lua) {
  open_library(lua, luaopen_base, "");
  open_library(lua, luaopen_table, LUA_TABLIBNAME);
  open_library(lua, luaopen_string, LUA_STRLIBNAME);
  open_library(lua, luaopen_math, LUA_MATHLIBNAME);
  open_library(lua, luaopen_bit, LUA_BITLIBNAME);
  open_os(lua);
  remove_field(lua, "string", "dump");
  open_protected_calls(lua);

  register_value_types(lua);
  register_row_type(lua);
  open_db(lua);
  open_batches(lua);
  open_rows(lua);
  open_transform(lua);
  open_csv(lua);
  open_schema(lua);
  open_op(lua);
  open_log_json_env(lua);
  open_http(lua);
  open_shell(lua);
  open_files(lua);
  open_modules(lua);
  open_check(lua);
  open_migration(lua);
  open_fixes(lua);
  open_views(lua);
}

}  // namespace script
