// Conversion of single values.
#include "script/lua_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "script/lua_arrays.hpp"
#include "script/lua_state.hpp"

namespace script {

using base::Error;
namespace code = base::code;
namespace oid = postgres::oid;

namespace {

constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;
constexpr int deepest = 64;
const char null_key = 0;
constexpr const char* int64_type = "pg.int64";

bool is_integral(double number) {
  return std::floor(number) == number && std::fabs(number) <= static_cast<double>(exact_in_double);
}

/// What the value may still take: tables that share others become far larger as values than they are in Lua.
struct Budget {
  std::size_t bytes;

  void take(std::size_t wanted) {
    if (wanted > bytes) throw Error(code::out_of_memory, "the table is too large to be used as a value");
    bytes -= wanted;
  }
};

base::Value read_table(lua_State* lua, int index, int depth, Budget& budget);

base::Value read(lua_State* lua, int index, int depth, Budget& budget) {
  budget.take(sizeof(base::Value));
  switch (lua_type(lua, index)) {
    case LUA_TNONE:
    case LUA_TNIL: return {};
    case LUA_TBOOLEAN: return lua_toboolean(lua, index) != 0;
    case LUA_TNUMBER: {
      const double number = lua_tonumber(lua, index);
      if (is_integral(number)) return static_cast<std::int64_t>(number);
      return number;
    }
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* text = lua_tolstring(lua, index, &size);
      budget.take(size);
      return std::string(text, size);
    }
    case LUA_TTABLE: return read_table(lua, index, depth, budget);
    default: break;
  }
  if (is_null(lua, index)) return base::SqlNull{};
  if (const std::int64_t* number = to_int64(lua, index)) return *number;
  throw Error(code::bad_argument, fmt::format("a {} cannot be used as a value here", luaL_typename(lua, index)));
}

base::Value read_table(lua_State* lua, int index, int depth, Budget& budget) {
  if (depth > deepest) throw Error(code::bad_argument, "the table is nested too deeply, or contains itself");
  luaL_checkstack(lua, 4, "value");
  if (index < 0) index = lua_gettop(lua) + index + 1;
  const std::size_t length = lua_objlen(lua, index);
  base::List list;
  base::Map map;
  for (std::size_t i = 1; i <= length; ++i) {
    lua_rawgeti(lua, index, static_cast<int>(i));
    list.push_back(read(lua, -1, depth + 1, budget));
    lua_pop(lua, 1);
  }
  for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) {
    if (lua_type(lua, -2) == LUA_TSTRING) {
      std::size_t size = 0;
      const char* key = lua_tolstring(lua, -2, &size);
      budget.take(sizeof(std::string) + size);
      map.emplace_back(std::string(key, size), read(lua, -1, depth + 1, budget));
    } else if (lua_type(lua, -2) != LUA_TNUMBER || lua_tonumber(lua, -2) < 1 ||
               lua_tonumber(lua, -2) > static_cast<double>(length)) {
      throw Error(code::bad_argument, "a list has holes, or a key is neither a name nor a position");
    }
  }
  if (map.empty()) return list;
  // A Lua table has no order of its own; the same table shall always give the same SQL and the same message.
  std::sort(map.begin(), map.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  // Entries without a name are kept under their position, so that a named table can say which one it did not expect.
  for (std::size_t i = 0; i < list.size(); ++i) map.emplace_back(std::to_string(i + 1), std::move(list[i]));
  return map;
}

std::int64_t checked_int64(lua_State* lua, int index) {
  if (const std::int64_t* number = to_int64(lua, index)) return *number;
  const double number = luaL_checknumber(lua, index);
  if (!is_integral(number)) throw Error(code::bad_argument, "pg.int64 works with whole numbers only");
  return static_cast<std::int64_t>(number);
}

int int64_equal(lua_State* lua) { return lua_pushboolean(lua, checked_int64(lua, 1) == checked_int64(lua, 2)), 1; }
int int64_less(lua_State* lua) { return lua_pushboolean(lua, checked_int64(lua, 1) < checked_int64(lua, 2)), 1; }
int int64_less_equal(lua_State* lua) { return lua_pushboolean(lua, checked_int64(lua, 1) <= checked_int64(lua, 2)), 1; }

int int64_add(lua_State* lua) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(checked_int64(lua, 1), checked_int64(lua, 2), &sum))
    throw Error(code::bad_argument, "pg.int64 overflow");
  return push_integer(lua, sum), 1;
}
int int64_subtract(lua_State* lua) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(checked_int64(lua, 1), checked_int64(lua, 2), &difference))
    throw Error(code::bad_argument, "pg.int64 overflow");
  return push_integer(lua, difference), 1;
}
int int64_to_string(lua_State* lua) {
  const std::string text = std::to_string(checked_int64(lua, 1));
  return lua_pushlstring(lua, text.data(), text.size()), 1;
}
int int64_concat(lua_State* lua) {
  std::string text;
  for (const int index : {1, 2}) {
    if (const std::int64_t* number = to_int64(lua, index))
      text += std::to_string(*number);
    else
      text += luaL_checkstring(lua, index);
  }
  return lua_pushlstring(lua, text.data(), text.size()), 1;
}

/// Reached only for a column that is NULL or not there; the column names are the metatable's upvalue.
int row_index(lua_State* lua) {
  lua_pushvalue(lua, 2);
  lua_rawget(lua, lua_upvalueindex(1));
  if (lua_toboolean(lua, -1)) {
    lua_pushnil(lua);
    return 1;
  }
  std::vector<std::string> names;
  for (lua_pushnil(lua); lua_next(lua, lua_upvalueindex(1)) != 0; lua_pop(lua, 1))
    names.emplace_back(lua_tostring(lua, -2));
  const char* wanted = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : luaL_typename(lua, 2);
  throw Error(code::bad_argument,
              fmt::format("the row has no column \"{}\"{}", wanted, base::did_you_mean_suffix(wanted, names)))
      .because("columns are " + base::join(names, ", "));
}

int null_to_string(lua_State* lua) { return lua_pushliteral(lua, "NULL"), 1; }

std::string decode_bytea(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 2; i + 1 < hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

}  // namespace

std::string number_text(double number) {
  if (is_integral(number)) return std::to_string(static_cast<std::int64_t>(number));
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  char text[40];
  const auto [end, failure] = std::to_chars(text, text + sizeof text, number);
  return {text, end};
}

base::Value to_value(lua_State* lua, int index) {
  // Values are wider than Lua's own, so an honest table may need more than it did there.
  Budget budget{2 * (LuaState::of(lua).surroundings().memory_limit_mb << 20)};
  return read(lua, index, 0, budget);
}

void push_value(lua_State* lua, const base::Value& value) {
  luaL_checkstack(lua, 4, "value");
  std::visit(
      [lua](const auto& held) {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          lua_pushnil(lua);
        } else if constexpr (std::is_same_v<T, base::SqlNull>) {
          push_null(lua);
        } else if constexpr (std::is_same_v<T, bool>) {
          lua_pushboolean(lua, held);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          push_integer(lua, held);
        } else if constexpr (std::is_same_v<T, double>) {
          lua_pushnumber(lua, held);
        } else if constexpr (std::is_same_v<T, std::string>) {
          lua_pushlstring(lua, held.data(), held.size());
        } else if constexpr (std::is_same_v<T, base::List>) {
          lua_createtable(lua, static_cast<int>(held.size()), 0);
          for (std::size_t i = 0; i < held.size(); ++i) {
            push_value(lua, held[i]);
            lua_rawseti(lua, -2, static_cast<int>(i) + 1);
          }
        } else {
          lua_createtable(lua, 0, static_cast<int>(held.size()));
          for (const auto& [key, each] : held) {
            push_value(lua, each);
            lua_setfield(lua, -2, key.c_str());
          }
        }
      },
      value.variant());
}

void push_null(lua_State* lua) {
  lua_pushlightuserdata(lua, const_cast<char*>(&null_key));
  lua_rawget(lua, LUA_REGISTRYINDEX);
}

bool is_null(lua_State* lua, int index) {
  if (index < 0) index = lua_gettop(lua) + index + 1;
  push_null(lua);
  const bool same = lua_rawequal(lua, -1, index) != 0;
  lua_pop(lua, 1);
  return same;
}

void push_integer(lua_State* lua, std::int64_t number) {
  if (number >= -exact_in_double && number <= exact_in_double) {
    lua_pushnumber(lua, static_cast<double>(number));
    return;
  }
  *static_cast<std::int64_t*>(lua_newuserdata(lua, sizeof number)) = number;
  luaL_getmetatable(lua, int64_type);
  lua_setmetatable(lua, -2);
}

const std::int64_t* to_int64(lua_State* lua, int index) {
  if (lua_type(lua, index) != LUA_TUSERDATA || !lua_getmetatable(lua, index)) return nullptr;
  luaL_getmetatable(lua, int64_type);
  const bool same = lua_rawequal(lua, -1, -2) != 0;
  lua_pop(lua, 2);
  return same ? static_cast<const std::int64_t*>(lua_touserdata(lua, index)) : nullptr;
}

void push_text(lua_State* lua, std::string_view text, std::uint32_t type) {
  switch (type) {
    case oid::text:
    case oid::varchar:
    case oid::numeric: lua_pushlstring(lua, text.data(), text.size()); return;
    case oid::boolean: lua_pushboolean(lua, text == "t"); return;
    case oid::int2:
    case oid::int4:
    case oid::int8:
    case oid::oid: {
      std::int64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      push_integer(lua, number);
      return;
    }
    case oid::float4:
    case oid::float8: {
      if (text == "NaN" || text.ends_with("Infinity")) {
        const double infinity = text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
        lua_pushnumber(lua, text == "NaN" ? std::nan("") : infinity);
        return;
      }
      double number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      lua_pushnumber(lua, number);
      return;
    }
    case oid::bytea: {
      const std::string bytes = decode_bytea(text);
      lua_pushlstring(lua, bytes.data(), bytes.size());
      return;
    }
    default: break;
  }
  if (const std::uint32_t element = array_element_type(type))
    push_array(lua, text, element);
  else
    lua_pushlstring(lua, text.data(), text.size());
}

void push_field(lua_State* lua, const postgres::Result& result, std::size_t row, std::size_t column) {
  if (result.is_null(row, column))
    lua_pushnil(lua);
  else
    push_text(lua, result.value(row, column), result.column_type(column));
}

void push_row(lua_State* lua, const postgres::Result& result, std::size_t row) {
  lua_createtable(lua, 0, static_cast<int>(result.columns()));
  for (std::size_t column = 0; column < result.columns(); ++column) {
    const std::string_view name = result.column_name(column);
    lua_pushlstring(lua, name.data(), name.size());
    push_field(lua, result, row, column);
    lua_rawset(lua, -3);
  }
  lua_createtable(lua, 0, 2);
  lua_createtable(lua, 0, static_cast<int>(result.columns()));
  for (std::size_t column = 0; column < result.columns(); ++column) {
    const std::string_view name = result.column_name(column);
    lua_pushlstring(lua, name.data(), name.size());
    lua_pushboolean(lua, 1);
    lua_rawset(lua, -3);
  }
  lua_pushcclosure(lua, &guarded<&row_index>, 1);
  lua_setfield(lua, -2, "__index");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
}

postgres::Parameter to_parameter(lua_State* lua, int index) {
  if (lua_isnoneornil(lua, index) || is_null(lua, index)) return {std::nullopt};
  if (const std::int64_t* number = to_int64(lua, index)) return {std::to_string(*number)};
  switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN: return {lua_toboolean(lua, index) ? "true" : "false"};
    case LUA_TNUMBER: return {number_text(lua_tonumber(lua, index))};
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* text = lua_tolstring(lua, index, &size);
      const std::string value(text, size);
      if (value.find('\0') != std::string::npos || !base::is_valid_utf8(value)) {
        // Bytes that are no text can only be meant for a bytea.
        std::string hex = "\\x";
        for (const char c : value) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
        return {hex};
      }
      return {value};
    }
    case LUA_TTABLE: return {array_literal(to_value(lua, index))};
    default: break;
  }
  throw Error(code::bad_argument, fmt::format("a {} cannot be a parameter", luaL_typename(lua, index)));
}

void register_value_types(lua_State* lua) {
  luaL_newmetatable(lua, int64_type);
  const luaL_Reg methods[] = {{"__eq", &guarded<&int64_equal>},      {"__lt", &guarded<&int64_less>},
                              {"__le", &guarded<&int64_less_equal>}, {"__add", &guarded<&int64_add>},
                              {"__sub", &guarded<&int64_subtract>},  {"__tostring", &guarded<&int64_to_string>},
                              {"__concat", &guarded<&int64_concat>}, {nullptr, nullptr}};
  luaL_register(lua, nullptr, methods);
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 1);

  lua_pushlightuserdata(lua, const_cast<char*>(&null_key));
  lua_newuserdata(lua, 1);
  lua_createtable(lua, 0, 2);
  lua_pushcfunction(lua, &null_to_string);
  lua_setfield(lua, -2, "__tostring");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
  lua_rawset(lua, LUA_REGISTRYINDEX);
}

}  // namespace script
