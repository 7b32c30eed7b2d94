// `db`: statements with parameters and exact values.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_text.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;
using postgres::TransactionStatus;

namespace {

std::string string_argument(lua_State* lua, int index, const char* function) {
  if (lua_type(lua, index) != LUA_TSTRING)
    throw Error(code::bad_argument,
                fmt::format("{}: argument {} must be a string, got {}", function, index, luaL_typename(lua, index)));
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, index, &size);
  return std::string(text, size);
}

postgres::Parameters parameters(lua_State* lua, int first) {
  postgres::Parameters values;
  for (int i = first; i <= lua_gettop(lua); ++i) values.push_back(to_parameter(lua, i));
  return values;
}

/// An operation leaves the transaction by itself; plain SQL must say that it means to.
void refuse_leaving_transaction(const std::string& sql, const postgres::Session& session) {
  if (session.transaction_status() != TransactionStatus::in_transaction) return;
  for (const postgres::Statement& statement : postgres::split_statements(sql))
    if (postgres::classify(statement.text).needs_no_transaction)
      throw Error(code::needs_no_transaction, "this statement cannot run in a transaction")
          .because(std::string(statement.text.substr(0, statement.text.find('\n'))))
          .advise(
              "db.autocommit(function() ... end) around it commits what came before; or put transaction = \"none\" "
              "in the migration's header");
}

postgres::Result run(lua_State* lua, const char* function) {
  const std::string sql = string_argument(lua, 1, function);
  postgres::Session& session = LuaState::of(lua).session();
  if (session.is_live()) refuse_leaving_transaction(sql, session);
  return session.query(sql, parameters(lua, 2));
}

int execute(lua_State* lua) {
  postgres::Session& session = LuaState::of(lua).session();
  if (session.is_live()) {
    lua_pushnumber(lua, static_cast<double>(run(lua, "db.execute").affected_rows()));
  } else {
    session.execute(string_argument(lua, 1, "db.execute"), parameters(lua, 2));
    lua_pushnumber(lua, 0);
  }
  return 1;
}

int value(lua_State* lua) {
  const postgres::Result result = run(lua, "db.value");
  if (result.rows() > 1 || result.columns() != 1)
    throw Error(code::bad_argument, fmt::format("db.value: the query gives {} of {}",
                                                base::count_of(static_cast<long long>(result.rows()), "row"),
                                                base::count_of(static_cast<long long>(result.columns()), "column")))
        .advise("db.row for one row, db.rows for several");
  if (result.empty())
    lua_pushnil(lua);
  else
    push_field(lua, result, 0, 0);
  return 1;
}

int row(lua_State* lua) {
  const postgres::Result result = run(lua, "db.row");
  if (result.rows() > 1)
    throw Error(code::bad_argument, fmt::format("db.row: the query gives {} rows", result.rows()))
        .advise("db.rows for several, or limit 1");
  if (result.empty())
    lua_pushnil(lua);
  else
    push_row(lua, result, 0);
  return 1;
}

int rows(lua_State* lua) {
  const postgres::Result result = run(lua, "db.rows");
  lua_createtable(lua, static_cast<int>(result.rows()), 0);
  for (std::size_t i = 0; i < result.rows(); ++i) {
    push_row(lua, result, i);
    lua_rawseti(lua, -2, static_cast<int>(i) + 1);
  }
  return 1;
}

constexpr const char* cursor_type = "waxwing.cursor";

struct Cursor {
  postgres::Result result;
  std::size_t next = 0;
};

int next_row(lua_State* lua) {
  auto& cursor = *static_cast<Cursor*>(lua_touserdata(lua, lua_upvalueindex(1)));
  if (cursor.next >= cursor.result.rows()) return 0;
  push_row(lua, cursor.result, cursor.next++);
  return 1;
}

int cursor_gc(lua_State* lua) {
  static_cast<Cursor*>(lua_touserdata(lua, 1))->~Cursor();
  return 0;
}

int query(lua_State* lua) {
  postgres::Result result = run(lua, "db.query");
  // The metatable first: nothing may fail between the cursor and its __gc.
  if (luaL_newmetatable(lua, cursor_type)) {
    lua_pushcfunction(lua, &cursor_gc);
    lua_setfield(lua, -2, "__gc");
  }
  new (lua_newuserdata(lua, sizeof(Cursor))) Cursor{std::move(result)};
  lua_insert(lua, -2);
  lua_setmetatable(lua, -2);
  lua_pushcclosure(lua, &guarded<&next_row>, 1);
  return 1;
}

/// PostgreSQL's format(): %I, %L, %s and %%.
int format(lua_State* lua) {
  const std::string pattern = string_argument(lua, 1, "db.format");
  std::string out;
  int argument = 1;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      out += pattern[i];
      continue;
    }
    const char kind = i + 1 < pattern.size() ? pattern[++i] : '\0';
    if (kind == '%') {
      out += '%';
      continue;
    }
    if (kind != 'I' && kind != 'L' && kind != 's')
      throw Error(code::bad_argument, fmt::format("db.format: unknown placeholder %{}", kind))
          .because("placeholders are %I (a name), %L (a value), %s and %%");
    if (++argument > lua_gettop(lua))
      throw Error(code::bad_argument, fmt::format("db.format: argument {} is missing", argument));
    const postgres::Parameter given = to_parameter(lua, argument);
    if (!given.text && kind != 'L') {
      if (kind == 'I')
        throw Error(code::bad_argument, fmt::format("db.format: argument {} is nil, and a name cannot be", argument));
      continue;
    }
    if (kind == 'I') out += postgres::format_identifier(*given.text);
    if (kind == 'L') out += given.text ? postgres::quote_literal(*given.text) : "NULL";
    if (kind == 's') out += *given.text;
  }
  if (argument < lua_gettop(lua))
    throw Error(code::bad_argument,
                fmt::format("db.format: {} arguments, {} placeholders", lua_gettop(lua) - 1, argument - 1));
  lua_pushlstring(lua, out.data(), out.size());
  return 1;
}

/// `local ok, err = db.savepoint(function() ... end)`: an error undoes what the function did, and is returned.
int savepoint(lua_State* lua) {
  if (!lua_isfunction(lua, 1))
    throw Error(code::bad_argument, fmt::format("db.savepoint: a function is expected, got {}", luaL_typename(lua, 1)));
  postgres::Session& session = LuaState::of(lua).session();
  lua_settop(lua, 1);
  session.begin_savepoint();
  const int status = lua_pcall(lua, 0, LUA_MULTRET, 0);
  if (status == 0) {
    session.release_savepoint();
    lua_pushboolean(lua, 1);
    lua_insert(lua, 1);
    return lua_gettop(lua);
  }
  const bool is_gone = session.transaction_status() == TransactionStatus::unknown;
  base::throw_if_interrupted();
  if (is_gone) return lua_error(lua);
  session.undo_savepoint();
  if (must_not_be_caught()) return lua_error(lua);
  lua_pushboolean(lua, 0);
  lua_insert(lua, 1);
  return 2;
}

/// `db.autocommit(function() ... end)`: what came before is committed, and in the function each statement commits by
/// itself. An error goes on its way.
int autocommit(lua_State* lua) {
  if (!lua_isfunction(lua, 1))
    throw Error(code::bad_argument,
                fmt::format("db.autocommit: a function is expected, got {}", luaL_typename(lua, 1)));
  postgres::Session& session = LuaState::of(lua).session();
  lua_settop(lua, 1);
  session.begin_autocommit();
  const int status = lua_pcall(lua, 0, LUA_MULTRET, 0);
  session.end_autocommit();
  return status == 0 ? lua_gettop(lua) : lua_error(lua);
}

}  // namespace

void open_db(lua_State* lua) {
  const luaL_Reg functions[] = {
      {"execute", &guarded<&execute>},     {"value", &guarded<&value>},           {"row", &guarded<&row>},
      {"rows", &guarded<&rows>},           {"query", &guarded<&query>},           {"format", &guarded<&format>},
      {"savepoint", &guarded<&savepoint>}, {"autocommit", &guarded<&autocommit>}, {nullptr, nullptr}};
  lua_newtable(lua);
  luaL_register(lua, nullptr, functions);
  push_null(lua);
  lua_setfield(lua, -2, "null");
  lua_setglobal(lua, "db");
}

}  // namespace script
