// Values and calls as Lua text in the house style.
#pragma once
#include <string>
#include <string_view>

#include "base/value.hpp"

namespace operations {

/// `"text"`, `{ 1, 2 }`, `{ name = "x" }`, `db.null`. Text with line breaks becomes a long string.
std::string lua_literal(const base::Value& value);
/// `op.add_column { table = "orders", name = "note" }`; one key per line where it would be longer than 100 columns.
std::string lua_call(std::string_view function, const base::Map& arguments);

}  // namespace operations
