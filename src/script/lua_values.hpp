// Values between Lua, base::Value and PostgreSQL's text form. Nothing goes through Lua's own number formatting.
#pragma once
#include <cstdint>
#include <lua.hpp>
#include <string>

#include "base/value.hpp"
#include "postgres/session.hpp"

namespace script {

/// Reads any Lua value. Throws code::bad_argument for functions, cycles and tables that are list and map at once.
base::Value to_value(lua_State* lua, int index);
void push_value(lua_State* lua, const base::Value& value);

/// `db.null`: SQL's NULL where nil cannot stand (lists, JSON, parameters).
void push_null(lua_State* lua);
bool is_null(lua_State* lua, int index);

/// An int8 that a Lua number cannot hold exactly (beyond 2^53) is a `pg.int64`: compared, added and printed exactly.
void push_integer(lua_State* lua, std::int64_t number);
const std::int64_t* to_int64(lua_State* lua, int index);

/// A field by the type of its column: bool, integers and floats as Lua values, numeric and the rest as text, arrays as
/// lists, bytea as bytes.
void push_field(lua_State* lua, const postgres::Result& result, std::size_t row, std::size_t column);
/// A row as a table; reading a column that it does not have raises an error with the columns there are.
void push_row(lua_State* lua, const postgres::Result& result, std::size_t row);

/// A parameter of a statement: nil and db.null are NULL, lists become array literals, numbers keep all their digits.
postgres::Parameter to_parameter(lua_State* lua, int index);
/// Shortest text that reads back as the same number.
std::string number_text(double number);

void register_value_types(lua_State* lua);

}  // namespace script
