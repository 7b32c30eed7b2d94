// `log`, `json`, `env` and `print`.
#include <fmt/format.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/value_json.hpp"
#include "script/json_values.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

/// The arguments as `print` would join them.
std::string joined(lua_State* lua) {
  std::string text;
  const int count = lua_gettop(lua);
  lua_getglobal(lua, "tostring");
  for (int i = 1; i <= count; ++i) {
    lua_pushvalue(lua, -1);
    lua_pushvalue(lua, i);
    lua_call(lua, 1, 1);
    std::size_t size = 0;
    if (const char* piece = lua_tolstring(lua, -1, &size)) text += (i > 1 ? " " : "") + std::string(piece, size);
    lua_pop(lua, 1);
  }
  return text;
}

base::Console* console(lua_State* lua) { return LuaState::of(lua).surroundings().console; }

int info(lua_State* lua) {
  const std::string text = joined(lua);
  if (console(lua)) console(lua)->info("script", text);
  return 0;
}
int warn(lua_State* lua) {
  const std::string text = joined(lua);
  if (console(lua)) console(lua)->warn("script", text);
  return 0;
}
int debug(lua_State* lua) {
  const std::string text = joined(lua);
  if (console(lua)) console(lua)->debug("script", text);
  return 0;
}

/// log.mark(passed): the check mark or the cross of the reader's terminal.
int mark(lua_State* lua) {
  const base::Mark kind = lua_toboolean(lua, 1) ? base::Mark::ok : base::Mark::failed;
  lua_pushstring(lua, console(lua) ? console(lua)->mark(kind).c_str() : "");
  return 1;
}

/// Log, or result where the script is a command.
int print(lua_State* lua) {
  if (!LuaState::of(lua).prints_results()) return info(lua);
  const std::string text = joined(lua);
  if (console(lua)) console(lua)->result(text);
  return 0;
}

int encode(lua_State* lua) {
  const std::string text = base::json_text(to_value(lua, 1));
  lua_pushlstring(lua, text.data(), text.size());
  return 1;
}

int decode(lua_State* lua) {
  std::size_t size = 0;
  if (lua_type(lua, 1) != LUA_TSTRING)
    throw Error(code::bad_argument, fmt::format("json.decode: a string is expected, got {}", luaL_typename(lua, 1)));
  const char* text = lua_tolstring(lua, 1, &size);
  try {
    push_value(lua, from_json(nlohmann::ordered_json::parse(text, text + size)));
  } catch (const nlohmann::json::exception& error) {
    throw Error(code::script_error, "json.decode: the text is not JSON").because(error.what());
  }
  return 1;
}

/// env("NAME") or env("NAME", fallback).
int call_env(lua_State* lua) {
  if (lua_type(lua, 2) != LUA_TSTRING) throw Error(code::bad_argument, "env: the name of a variable is expected");
  const std::string name = lua_tostring(lua, 2);
  const Surroundings& surroundings = LuaState::of(lua).surroundings();
  if (const auto value = surroundings.environment ? surroundings.environment(name) : std::nullopt) {
    lua_pushlstring(lua, value->data(), value->size());
  } else if (lua_gettop(lua) >= 3) {
    lua_pushvalue(lua, 3);
  } else {
    throw Error(code::bad_config, fmt::format("the variable {} is not set", name))
        .because("neither the environment nor .env has it")
        .advise(fmt::format("export {}=...    or give a fallback: env(\"{}\", \"...\")", name, name));
  }
  return 1;
}

/// util.is_uuid(text): 8-4-4-4-12 hexadecimal digits of either case, as programs write it. PostgreSQL reads more forms.
int is_uuid(lua_State* lua) {
  bool fits = false;
  if (lua_type(lua, 1) == LUA_TSTRING) {
    constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    std::size_t size = 0;
    const char* text = lua_tolstring(lua, 1, &size);
    fits = size == form.size();
    for (std::size_t i = 0; fits && i < size; ++i)
      fits = form[i] == '-' ? text[i] == '-' : std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
  }
  lua_pushboolean(lua, fits);
  return 1;
}

}  // namespace

void open_log_json_env(lua_State* lua) {
  lua_newtable(lua);
  const luaL_Reg log_functions[] = {{"info", &guarded<&info>},
                                    {"warn", &guarded<&warn>},
                                    {"debug", &guarded<&debug>},
                                    {"mark", &guarded<&mark>},
                                    {nullptr, nullptr}};
  luaL_register(lua, nullptr, log_functions);
  lua_setglobal(lua, "log");
  lua_pushcfunction(lua, &guarded<&print>);
  lua_setglobal(lua, "print");

  lua_newtable(lua);
  const luaL_Reg json_functions[] = {{"encode", &guarded<&encode>}, {"decode", &guarded<&decode>}, {nullptr, nullptr}};
  luaL_register(lua, nullptr, json_functions);
  push_null(lua);
  lua_setfield(lua, -2, "null");
  lua_setglobal(lua, "json");

  lua_createtable(lua, 0, 1);
  lua_pushcfunction(lua, &guarded<&is_uuid>);
  lua_setfield(lua, -2, "is_uuid");
  lua_setglobal(lua, "util");

  lua_newtable(lua);
  lua_newtable(lua);
  for (const auto& [key, value] : LuaState::of(lua).surroundings().x_arguments) {
    lua_pushlstring(lua, value.data(), value.size());
    lua_setfield(lua, -2, key.c_str());
  }
  replace_by_view(lua, "env.x");
  lua_setfield(lua, -2, "x");
  lua_createtable(lua, 0, 1);
  lua_pushcfunction(lua, &guarded<&call_env>);
  lua_setfield(lua, -2, "__call");
  lua_setmetatable(lua, -2);
  lua_setglobal(lua, "env");
}

}  // namespace script
