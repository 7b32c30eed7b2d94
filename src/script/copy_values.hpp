// Lua values as fields of COPY, by the type of their column.
#pragma once
#include <cstdint>
#include <lua.hpp>
#include <string>

namespace script {

/// Appends the value at `index` as a field: nil and db.null are \N, lists become arrays, every string of a bytea is
/// bytes. Throws code::bad_row_value for what cannot be one, without naming the column.
void append_copy_value(lua_State* lua, int index, std::uint32_t type, std::string& out);

}  // namespace script
