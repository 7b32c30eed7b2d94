// From the tables that `check.x { ... }` makes to outcomes.
#include "script/check_list.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

CheckOutcome outcome_of(base::Value found) {
  CheckOutcome outcome;
  outcome.passed = found.is_true("passed");
  outcome.skipped = found.is_true("skipped");
  outcome.text = found.text("text");
  outcome.advice = found.text("advice");
  for (const base::Value& each : found.list("lines")) {
    const std::string* line = each.get_if<std::string>();
    outcome.lines.push_back(line ? *line : "");
  }
  outcome.data = std::move(found);
  return outcome;
}

CheckList CheckList::read(lua_State* lua, const std::string& name, const std::string& path) {
  CheckList list;
  list.path_ = path;
  if (lua_isnil(lua, -1)) return list;
  if (!lua_istable(lua, -1)) throw Error(code::bad_header, name + " must be a list of checks").at(path);
  const std::size_t count = lua_objlen(lua, -1);
  for (std::size_t i = 1; i <= count; ++i) {
    lua_rawgeti(lua, -1, static_cast<int>(i));
    Check check;
    if (lua_istable(lua, -1)) {
      lua_getfield(lua, -1, "kind");
      lua_getfield(lua, -2, "doing");
      lua_getfield(lua, -3, "line");
      lua_getfield(lua, -4, "subject");
      if (lua_tostring(lua, -4)) check.info.kind = lua_tostring(lua, -4);
      if (lua_tostring(lua, -3)) check.info.doing = lua_tostring(lua, -3);
      check.info.line = static_cast<int>(lua_tonumber(lua, -2));
      if (lua_tostring(lua, -1)) check.info.subject = lua_tostring(lua, -1);
      lua_pop(lua, 4);
      lua_getfield(lua, -1, "run");
      check.run = luaL_ref(lua, LUA_REGISTRYINDEX);
    }
    if (check.info.kind.empty())
      throw Error(code::bad_header, fmt::format("{}[{}] is no check", name, i))
          .at(path)
          .advise("check.no_rows { sql = ... }    waxwing help check");
    list.checks_.push_back(std::move(check));
    lua_pop(lua, 1);
  }
  return list;
}

std::vector<CheckInfo> CheckList::infos() const {
  std::vector<CheckInfo> infos;
  for (const Check& each : checks_) infos.push_back(each.info);
  return infos;
}

CheckOutcome CheckList::run(LuaState& state, std::size_t index, postgres::Session& session,
                            const std::string& phase) const {
  const Check& check = checks_[index];
  const LuaState::WithSession with(state, session);
  base::Value found;
  try {
    state.protect(phase, [&](lua_State* lua) {
      lua_rawgeti(lua, LUA_REGISTRYINDEX, check.run);
      lua_call(lua, 0, 1);
      if (lua_istable(lua, -1)) found = to_value(lua, -1);
    });
  } catch (Error& error) {
    // A check of ours has no line of the user's on the stack; it is the check's own line that helps.
    if (error.places().front().find(".lua:") == std::string::npos)
      error.relocate(fmt::format("{}:{} in {}", path_, check.info.line, phase));
    throw;
  }
  return outcome_of(std::move(found));
}

void CheckList::clear(lua_State* lua) {
  for (const Check& each : checks_) luaL_unref(lua, LUA_REGISTRYINDEX, each.run);
  checks_.clear();
}

}  // namespace script
