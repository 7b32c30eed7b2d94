// Strings first, since most values are.
#include "script/copy_values.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/error.hpp"
#include "postgres/copy_text.hpp"
#include "script/lua_arrays.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;
namespace oid = postgres::oid;

namespace {

/// `\x...`; COPY doubles the backslash.
void append_bytes(std::string_view bytes, std::string& out) {
  out += "\\\\x";
  for (const unsigned char c : bytes) {
    out += "0123456789abcdef"[c >> 4];
    out += "0123456789abcdef"[c & 15];
  }
}

void append_string(std::string_view text, std::uint32_t type, std::string& out) {
  if (type == oid::bytea) return append_bytes(text, out);
  if (std::memchr(text.data(), '\0', text.size()))
    throw Error(code::bad_row_value, "a text cannot hold a zero byte").because("only a bytea can");
  postgres::append_copy_text(out, text);
}

/// The strings of a bytea[] are bytes.
void encode_bytes(base::Value& value) {
  if (base::List* list = value.get_if<base::List>())
    for (base::Value& each : *list) encode_bytes(each);
  std::string* text = value.get_if<std::string>();
  if (!text) return;
  std::string hex;
  append_bytes(*text, hex);
  *text = hex.substr(1);
}

void append_table(lua_State* lua, int index, std::uint32_t type, std::string& out) {
  base::Value value = to_value(lua, index);
  if (type == oid::json || type == oid::jsonb)
    throw Error(code::bad_row_value, "a table is no JSON yet").advise("json.encode(value) makes it JSON");
  if (array_element_type(type) == oid::bytea) encode_bytes(value);
  postgres::append_copy_text(out, array_literal(value));
}

}  // namespace

void append_copy_value(lua_State* lua, int index, std::uint32_t type, std::string& out) {
  switch (lua_type(lua, index)) {
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* text = lua_tolstring(lua, index, &size);
      return append_string({text, size}, type, out);
    }
    case LUA_TNONE:
    case LUA_TNIL: out += "\\N"; return;
    case LUA_TBOOLEAN: out += lua_toboolean(lua, index) ? "true" : "false"; return;
    case LUA_TNUMBER: out += number_text(lua_tonumber(lua, index)); return;
    case LUA_TTABLE: return append_table(lua, index, type, out);
    default: break;
  }
  if (is_null(lua, index))
    out += "\\N";
  else if (const std::int64_t* number = to_int64(lua, index))
    out += std::to_string(*number);
  else
    throw Error(code::bad_row_value, fmt::format("a {} cannot be a value", luaL_typename(lua, index)));
}

}  // namespace script
