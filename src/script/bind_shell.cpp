// `shell`: programs run by scripts that are allowed to run them; and what such permissions are called.
#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "script/call_arguments.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

const std::vector<std::string> keys = {"command", "folder", "input", "environment", "timeout_s"};

/// shell.run { "docker-compose", "down" } starts a program; shell.run { command = "..." } and shell.run "..." ask sh.
int run(lua_State* lua) {
  require_capability(lua, "shell");
  const LuaState& state = LuaState::of(lua);
  std::vector<std::string> words;
  base::Map named;
  if (lua_type(lua, 1) == LUA_TSTRING) {
    words = {"sh", "-c", lua_tostring(lua, 1)};
    if (lua_istable(lua, 2))
      if (const base::Value second = to_value(lua, 2); const base::Map* map = second.get_if<base::Map>()) named = *map;
  } else if (lua_istable(lua, 1)) {
    // Words and named keys may stand in one table.
    for (std::size_t i = 1; i <= lua_objlen(lua, 1); ++i) {
      lua_rawgeti(lua, 1, static_cast<int>(i));
      if (!lua_isstring(lua, -1)) throw Error(code::bad_argument, fmt::format("shell.run: word {} is no string", i));
      words.emplace_back(lua_tostring(lua, -1));
      lua_pop(lua, 1);
    }
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1))
      if (lua_type(lua, -2) == LUA_TSTRING) named.emplace_back(lua_tostring(lua, -2), to_value(lua, lua_gettop(lua)));
  }
  const CallArguments arguments("shell.run", named, keys);
  if (const auto command = arguments.text("command"); command && words.empty()) words = {"sh", "-c", *command};
  if (words.empty())
    throw Error(code::bad_argument, "shell.run: a command is expected")
        .advise("shell.run { \"docker-compose\", \"down\" }");
  base::ProcessOptions options;
  options.inherits_secrets = true;
  const std::string folder = arguments.text("folder").value_or("");
  options.working_directory =
      folder.starts_with('/') ? folder : state.surroundings().project_folder + (folder.empty() ? "" : "/" + folder);
  options.input = arguments.text("input").value_or("");
  for (const auto& [name, value] : arguments.texts("environment")) options.environment[name] = value;
  const auto seconds = arguments.number("timeout_s");
  constexpr double a_day_s = 86400;
  if (seconds && !(*seconds > 0 && *seconds <= a_day_s))
    throw Error(code::bad_argument, "shell.run: timeout_s must be above 0, at most 86400");
  if (seconds) options.timeout = std::chrono::milliseconds(static_cast<long long>(*seconds * 1000));
  const base::Stopwatch stopwatch;
  const base::ProcessResult result = base::run_process(words, options);
  push_value(lua, base::Map{{"status", std::int64_t{result.status}},
                            {"out", result.out},
                            {"err", result.err},
                            {"timed_out", result.timed_out},
                            {"milliseconds", stopwatch.milliseconds()}});
  return 1;
}

}  // namespace

void require_capability(lua_State* lua, const char* capability) {
  const Surroundings& surroundings = LuaState::of(lua).surroundings();
  const auto& allowed = LuaState::of(lua).allowed();
  if (std::find(allowed.begin(), allowed.end(), capability) != allowed.end()) {
    if (!LuaState::of(lua).is_recording()) return;
    throw Error(code::needs_database, fmt::format("{} is not used where nothing is executed", capability))
        .because("the script is only read for its SQL, as by --sql and plan");
  }
  throw Error(code::not_allowed, fmt::format("this script is not allowed to use {}", capability))
      .because(allowed.empty() ? "it is allowed nothing beyond the database"
                               : "it is allowed only " + fmt::format("{}", fmt::join(allowed, ", ")))
      .advise(surroundings.how_to_allow.empty() ? fmt::format("allow = {{ \"{}\" }} in waxwing.lua", capability)
                                                : fmt::format(fmt::runtime(surroundings.how_to_allow), capability));
}

void open_shell(lua_State* lua) {
  lua_createtable(lua, 0, 1);
  lua_pushcfunction(lua, &guarded<&run>);
  lua_setfield(lua, -2, "run");
  lua_setglobal(lua, "shell");
}

}  // namespace script
