// `schema`: questions about the catalogue, resolved by search_path unless a schema is given.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "schema/catalogue.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"
#include "script/schema_past.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

/// One question: its Lua name, how many names it takes before the optional schema, and the SQL that answers it.
int ask(lua_State* lua) {
  const auto& question = *static_cast<const schema::Question*>(lua_touserdata(lua, lua_upvalueindex(1)));
  postgres::Parameters names;
  for (int i = 1; i <= question.names; ++i) {
    if (lua_type(lua, i) != LUA_TSTRING)
      throw Error(code::bad_argument, fmt::format("schema.{}: argument {} must be a string, got {}", question.name, i,
                                                  luaL_typename(lua, i)))
          .advise(fmt::format("schema.{}", question.usage));
    names.push_back({lua_tostring(lua, i)});
  }
  if (question.takes_schema) names.push_back(to_parameter(lua, question.names + 1));
  const postgres::Result result = LuaState::of(lua).session().query(question.sql, names);
  if (question.answer == schema::Answer::value) {
    if (result.empty())
      lua_pushnil(lua);
    else
      push_field(lua, result, 0, 0);
    return 1;
  }
  lua_createtable(lua, static_cast<int>(result.rows()), 0);
  for (std::size_t i = 0; i < result.rows(); ++i) {
    if (question.answer == schema::Answer::list)
      push_field(lua, result, i, 0);
    else
      push_row(lua, result, i);
    lua_rawseti(lua, -2, static_cast<int>(i) + 1);
  }
  return 1;
}

int find_question(lua_State* lua) {
  const std::string name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
  if (name == "at") {
    lua_pushcfunction(lua, &guarded<&schema_at>);
    return 1;
  }
  std::vector<std::string> names = {"at"};
  for (const schema::Question& question : schema::all_questions()) {
    if (name == question.name) {
      lua_pushlightuserdata(lua, const_cast<schema::Question*>(&question));
      lua_pushcclosure(lua, &guarded<&ask>, 1);
      lua_pushvalue(lua, 2);
      lua_pushvalue(lua, -2);
      lua_rawset(lua, 1);
      return 1;
    }
    names.emplace_back(question.name);
  }
  // What changes a schema as a whole is an operation that is written either way.
  if (name.ends_with("_all_primary_keys")) {
    lua_getglobal(lua, "op");
    lua_getfield(lua, -1, name.c_str());
    return 1;
  }
  throw Error(code::bad_argument, fmt::format("there is no schema.{}{}", name, base::did_you_mean_suffix(name, names)))
      .because("there are " + base::join(names, ", "));
}

}  // namespace

void open_schema(lua_State* lua) {
  lua_newtable(lua);
  lua_createtable(lua, 0, 1);
  lua_pushcfunction(lua, &guarded<&find_question>);
  lua_setfield(lua, -2, "__index");
  lua_setmetatable(lua, -2);
  lua_setglobal(lua, "schema");
}

}  // namespace script
