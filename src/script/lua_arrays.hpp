// PostgreSQL arrays and Lua lists.
#pragma once
#include <cstdint>
#include <lua.hpp>
#include <string>
#include <string_view>

#include "base/value.hpp"

namespace script {

/// Type of the elements when `type` is the OID of a built-in array type; 0 otherwise (pg_type.dat).
std::uint32_t array_element_type(std::uint32_t type);
/// Pushes `{1,NULL,{...}}` as a list; NULL elements are db.null.
void push_array(lua_State* lua, std::string_view text, std::uint32_t element_type);
/// A list as an array literal. Throws code::bad_argument for a table that is no list.
std::string array_literal(const base::Value& value);
/// Pushes a text of the given type, as push_field does.
void push_text(lua_State* lua, std::string_view text, std::uint32_t type);

}  // namespace script
