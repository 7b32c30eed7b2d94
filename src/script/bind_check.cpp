// `check`: loads the embedded machinery on first use and gives it what Lua cannot do itself.
#include <fmt/format.h>

#include "base/error.hpp"
#include "operations/sql.hpp"
#include "postgres/row_text.hpp"
#include "script/check_list.hpp"
#include "script/embedded.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"
#include "script/modules.hpp"
#include "script/plugin.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

constexpr int most_rows_shown = 5;
constexpr std::string_view checks_folder = "checks/";

std::string check_name(const std::string& file) {
  return file.substr(checks_folder.size(), file.size() - checks_folder.size() - std::string_view(".lua").size());
}

int fail(lua_State* lua) { throw Error(code::bad_argument, luaL_checkstring(lua, 1)).advise("waxwing help check"); }

int line(lua_State* lua) {
  const std::string place = caller_place(lua);
  const std::size_t colon = place.rfind(':');
  lua_pushnumber(lua, colon == std::string::npos ? 0 : std::atoi(place.c_str() + colon + 1));
  return 1;
}

int load(lua_State* lua) {
  load_embedded(lua, std::string(luaL_checkstring(lua, 1)) + ".lua");
  lua_call(lua, 0, 1);
  return 1;
}

/// How many rows a query gives, and the first few as lines of text.
int sample(lua_State* lua) {
  const std::string sql = operations::query_text(luaL_checkstring(lua, 1));
  postgres::Parameters parameters;
  for (int i = 2; i <= lua_gettop(lua); ++i) parameters.push_back(to_parameter(lua, i));
  postgres::Session& session = LuaState::of(lua).session();
  const std::string from = " from (" + sql + "\n) waxwing_check";
  const std::int64_t count = session.query("select pg_catalog.count(*)" + from, parameters).integer(0, 0);
  push_integer(lua, count);
  lua_newtable(lua);
  if (count == 0) return 2;
  const postgres::Result rows = session.query(fmt::format("select *{} limit {}", from, most_rows_shown), parameters);
  int position = 0;
  const auto add = [&](const std::string& text) {
    lua_pushlstring(lua, text.data(), text.size());
    lua_rawseti(lua, -2, ++position);
  };
  for (std::size_t row = 0; row < rows.rows(); ++row) add(postgres::row_text(rows, row, rows.columns()));
  if (count > most_rows_shown) add(fmt::format("and {} more", count - most_rows_shown));
  return 2;
}

/// Runs a check of a plugin, whose name is the upvalue; the outcome's words are found here.
int run_plugin_check(lua_State* lua) {
  const std::string name = lua_tostring(lua, lua_upvalueindex(1));
  LuaState& state = LuaState::of(lua);
  for (Plugin* plugin : plugins_of(state))
    for (const PluginPart& check : plugin->info().checks)
      if (check.name == name) {
        push_value(lua, plugin->run_check(name, to_value(lua, 1), state.session()));
        return 1;
      }
  throw Error(code::bug, "the plugin of check." + name + " is gone");
}

void set_text(lua_State* lua, const char* key, const std::string& text) {
  if (text.empty()) return;
  lua_pushlstring(lua, text.data(), text.size());
  lua_setfield(lua, -2, key);
}

/// What the runtime must know of a plugin's check; nil when no plugin has it.
int plugin_check(lua_State* lua) {
  const std::string name = luaL_checkstring(lua, 1);
  for (const Plugin* plugin : plugins_of(LuaState::of(lua)))
    for (const PluginPart& check : plugin->info().checks) {
      if (check.name != name) continue;
      base::List fields;
      for (const operations::FieldInfo& field : check.fields)
        fields.push_back(base::Map{
            {"name", field.name}, {"type", field.lua_type}, {"doc", field.doc}, {"required", field.required}});
      push_value(lua, base::Map{{"fields", std::move(fields)}});
      set_text(lua, "name", check.name);
      set_text(lua, "summary", check.summary);
      set_text(lua, "doing", check.doing);
      set_text(lua, "ok", check.ok);
      set_text(lua, "failed", check.failed);
      lua_pushlstring(lua, name.data(), name.size());
      lua_pushcclosure(lua, &guarded<&run_plugin_check>, 1);
      lua_setfield(lua, -2, "run");
      return 1;
    }
  lua_pushnil(lua);
  return 1;
}

int plugin_checks(lua_State* lua) {
  base::List names;
  for (const Plugin* plugin : plugins_of(LuaState::of(lua)))
    for (const PluginPart& check : plugin->info().checks) names.emplace_back(check.name);
  push_value(lua, names);
  return 1;
}

/// Leaves what lua/check.lua returns on the stack: the library, describe(), the tools, run().
void load_library(lua_State* lua) {
  load_embedded(lua, "check.lua");
  push_runtime_host(lua, &guarded<&fail>);
  const luaL_Reg functions[] = {{"line", &guarded<&line>},
                                {"load", &guarded<&load>},
                                {"sample", &guarded<&sample>},
                                {"plugin_check", &guarded<&plugin_check>},
                                {"plugin_checks", &guarded<&plugin_checks>},
                                {nullptr, nullptr}};
  luaL_register(lua, nullptr, functions);
  lua_newtable(lua);
  int position = 0;
  for (const std::string& file : embedded_files(std::string(checks_folder))) {
    lua_pushstring(lua, check_name(file).c_str());
    lua_rawseti(lua, -2, ++position);
  }
  lua_setfield(lua, -2, "names");
  lua_call(lua, 1, 4);
}

int first_use(lua_State* lua) {
  load_library(lua);
  lua_pop(lua, 3);
  // The lazy table forwards to the library from now on.
  lua_getmetatable(lua, 1);
  lua_pushvalue(lua, -2);
  lua_setfield(lua, -2, "__index");
  lua_pop(lua, 1);
  lua_pushvalue(lua, 2);
  lua_gettable(lua, -2);
  return 1;
}

}  // namespace

void push_check_tools(lua_State* lua) {
  load_library(lua);
  lua_pop(lua, 1);
  lua_replace(lua, -3);
  lua_pop(lua, 1);
}

void open_check(lua_State* lua) {
  lua_newtable(lua);
  lua_newtable(lua);
  lua_pushcfunction(lua, &guarded<&first_use>);
  lua_setfield(lua, -2, "__index");
  lua_setmetatable(lua, -2);
  lua_setglobal(lua, "check");
}

CheckOutcome run_check(const std::string& name, const base::Value& arguments, postgres::Session& session) {
  LuaState state((Surroundings()));
  const LuaState::WithSession with(state, session);
  base::Value found;
  state.protect("", [&](lua_State* lua) {
    load_library(lua);
    lua_pop(lua, 3);
    lua_getfield(lua, -1, name.c_str());
    push_value(lua, arguments);
    lua_call(lua, 1, 1);
    lua_getfield(lua, -1, "run");
    lua_call(lua, 0, 1);
    if (lua_istable(lua, -1)) found = to_value(lua, -1);
  });
  return outcome_of(std::move(found));
}

std::vector<CheckType> all_checks() {
  LuaState state((Surroundings()));
  base::Value described;
  state.protect("", [&](lua_State* lua) {
    load_library(lua);
    lua_pop(lua, 2);
    lua_call(lua, 0, 1);
    described = to_value(lua, -1);
  });
  std::vector<CheckType> checks;
  for (const base::Value& each : *described.get_if<base::List>()) {
    CheckType check{each.text("name"), each.text("summary"), {}};
    for (const base::Value& field : each.list("fields"))
      check.fields.push_back(
          {field.text("name"), field.text("type"), field.text("doc"), field.is_true("required"), {}});
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace script
