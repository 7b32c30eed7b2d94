// Reads an operation's call with plain LuaJIT.
#include "lua_call.hpp"

#include <algorithm>
#include <cmath>
#include <lua.hpp>
#include <memory>
#include <stdexcept>

namespace tests {

namespace {

base::Value value_at(lua_State* lua, int index) {
  switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN: return lua_toboolean(lua, index) != 0;
    case LUA_TLIGHTUSERDATA: return base::SqlNull();
    case LUA_TNUMBER: {
      const double number = lua_tonumber(lua, index);
      if (std::trunc(number) == number) return static_cast<std::int64_t>(number);
      return number;
    }
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* text = lua_tolstring(lua, index, &size);
      return std::string(text, size);
    }
    case LUA_TTABLE: break;
    default: return {};
  }
  const int table = index < 0 ? lua_gettop(lua) + index + 1 : index;
  base::Map map;
  for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1)) {
    lua_pushvalue(lua, -2);
    std::string key = lua_tostring(lua, -1);
    lua_pop(lua, 1);
    map.emplace_back(std::move(key), value_at(lua, -1));
  }
  const std::size_t length = lua_objlen(lua, table);
  if (length != map.size()) {
    std::sort(map.begin(), map.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return map;
  }
  base::List list;
  for (std::size_t i = 1; i <= length; ++i) {
    lua_rawgeti(lua, table, static_cast<int>(i));
    list.push_back(value_at(lua, -1));
    lua_pop(lua, 1);
  }
  return list;
}

}  // namespace

LuaCall evaluate_call(const std::string& lua_text) {
  const std::unique_ptr<lua_State, decltype(&lua_close)> state(luaL_newstate(), lua_close);
  lua_State* lua = state.get();
  luaL_openlibs(lua);
  lua_newtable(lua);
  static int null;
  lua_pushlightuserdata(lua, &null);
  lua_setfield(lua, -2, "null");
  lua_setglobal(lua, "db");
  const std::string chunk =
      "local name, arguments\n"
      "local op = setmetatable({}, { __index = function(_, n) return function(a) name, arguments = n, a end end })\n" +
      lua_text + "\nreturn name, arguments";
  if (luaL_dostring(lua, chunk.c_str())) throw std::runtime_error(lua_tostring(lua, -1));
  if (!lua_isstring(lua, -2)) throw std::runtime_error("this calls no operation: " + lua_text);
  return {lua_tostring(lua, -2), value_at(lua, -1)};
}

}  // namespace tests
