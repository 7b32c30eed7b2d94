// An environment of its own around the globals of scripts, in which names can be set.
#include "script/console_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "schema/catalogue.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

/// Errors name it, and the line in it.
constexpr const char* chunk_name = "console.lua";
constexpr std::size_t most_rows = 1000, most_entries = 200;

const char environment_key = 0;

/// Remembers the columns of the last result in their order, which Lua's tables do not keep.
class RememberingSession final : public postgres::Session {
 public:
  explicit RememberingSession(postgres::Session& real) : real_(real) {}

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override {
    postgres::Result result = real_.query(sql, parameters);
    if (result.columns() > 0) last_ = result;
    return result;
  }
  void begin_savepoint() override { real_.begin_savepoint(); }
  void release_savepoint() override { real_.release_savepoint(); }
  void undo_savepoint() override { real_.undo_savepoint(); }
  void begin_autocommit() override { real_.begin_autocommit(); }
  void end_autocommit() override { real_.end_autocommit(); }
  bool can_leave_transaction() const override { return real_.can_leave_transaction(); }
  bool is_live() const override { return true; }
  postgres::TransactionStatus transaction_status() const override { return real_.transaction_status(); }
  int server_version() const override { return real_.server_version(); }
  std::vector<postgres::Notice> take_notices() override { return real_.take_notices(); }

  const postgres::Result& last() const { return last_; }

 private:
  postgres::Session& real_;
  postgres::Result last_;
};

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of(name_characters) == std::string_view::npos &&
         (text.front() < '0' || text.front() > '9');
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\{:03}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + "\"";
}

/// A scalar as it stands in a cell.
std::string scalar_text(lua_State* lua, int index) {
  if (const std::int64_t* number = to_int64(lua, index)) return std::to_string(*number);
  switch (lua_type(lua, index)) {
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* text = lua_tolstring(lua, index, &size);
      return {text, size};
    }
    case LUA_TNUMBER: return number_text(lua_tonumber(lua, index));
    case LUA_TBOOLEAN: return lua_toboolean(lua, index) ? "true" : "false";
    default: return is_null(lua, index) ? "NULL" : luaL_typename(lua, index);
  }
}

/// A value as Lua would write it, short where it is deep.
std::string readable(lua_State* lua, int index, int depth = 0) {
  luaL_checkstack(lua, 8, "a value that is nested too deeply");
  if (index < 0) index = lua_gettop(lua) + index + 1;
  if (lua_type(lua, index) == LUA_TSTRING) {
    const std::string text = scalar_text(lua, index);
    return depth == 0 ? text : quoted(text);
  }
  if (!lua_istable(lua, index)) return scalar_text(lua, index);
  if (depth > 4) return "{ ... }";
  std::vector<std::string> entries;
  const std::size_t length = lua_objlen(lua, index);
  for (std::size_t i = 1; i <= length && entries.size() < most_entries; ++i) {
    lua_rawgeti(lua, index, static_cast<int>(i));
    entries.push_back(readable(lua, -1, depth + 1));
    lua_pop(lua, 1);
  }
  std::vector<std::string> named;
  for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) {
    if (lua_type(lua, -2) == LUA_TNUMBER) {
      const double at = lua_tonumber(lua, -2);
      if (at >= 1 && at <= static_cast<double>(length)) continue;
    }
    const std::string key = scalar_text(lua, -2);
    named.push_back((lua_type(lua, -2) == LUA_TSTRING && is_name(key) ? key : "[" + readable(lua, -2, 1) + "]") +
                    " = " + readable(lua, -1, depth + 1));
    if (named.size() > most_entries) {
      lua_pop(lua, 2);
      named.emplace_back("...");
      break;
    }
  }
  std::sort(named.begin(), named.end());
  if (length > most_entries) entries.emplace_back("...");
  entries.insert(entries.end(), named.begin(), named.end());
  return entries.empty() ? "{}" : "{ " + base::join(entries, ", ") + " }";
}

/// The names of a table's fields; nothing when it has other keys or none.
std::set<std::string> fields_of(lua_State* lua, int table) {
  std::set<std::string> names;
  for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1)) {
    if (lua_type(lua, -2) != LUA_TSTRING) {
      lua_pop(lua, 2);
      return {};
    }
    names.insert(lua_tostring(lua, -2));
  }
  return names;
}

/// As rows: a list of tables with named fields, with the columns in the order of `last` where it has them all.
std::optional<ShownValue::Rows> rows_of(lua_State* lua, int list, const postgres::Result& last) {
  const std::size_t count = lua_objlen(lua, list);
  std::set<std::string> names;
  for (std::size_t i = 1; i <= count; ++i) {
    lua_rawgeti(lua, list, static_cast<int>(i));
    const std::set<std::string> own = lua_istable(lua, -1) ? fields_of(lua, lua_gettop(lua)) : std::set<std::string>{};
    lua_pop(lua, 1);
    // A row of the database may be all NULL.
    if (own.empty() && last.columns() == 0) return std::nullopt;
    names.insert(own.begin(), own.end());
  }
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < last.columns(); ++i) columns.emplace_back(last.column_name(i));
  const bool is_last = std::all_of(names.begin(), names.end(), [&](const std::string& each) {
    return std::find(columns.begin(), columns.end(), each) != columns.end();
  });
  if (!is_last || (names.empty() && count != last.rows())) columns.assign(names.begin(), names.end());
  if (columns.empty()) return std::nullopt;
  ShownValue::Rows rows{columns, std::vector<bool>(columns.size(), false), {}};
  std::vector<bool> has_text(columns.size(), false);
  for (std::size_t i = 1; i <= count; ++i) {
    lua_rawgeti(lua, list, static_cast<int>(i));
    auto& row = rows.rows.emplace_back();
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (lua_istable(lua, -1)) {
        lua_pushlstring(lua, columns[k].data(), columns[k].size());
        lua_rawget(lua, -2);
      } else {
        lua_pushnil(lua);
      }
      if (lua_isnil(lua, -1) || is_null(lua, -1)) {
        row.emplace_back(std::nullopt);
      } else {
        row.emplace_back(lua_istable(lua, -1) ? readable(lua, -1, 1) : scalar_text(lua, -1));
        const bool is_number = lua_type(lua, -1) == LUA_TNUMBER || to_int64(lua, -1);
        has_text[k] = has_text[k] || !is_number;
        rows.is_number[k] = !has_text[k];
      }
      lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
  }
  return rows;
}

/// Is the value the iterator that db.query gives?
bool is_cursor(lua_State* lua, int index) {
  if (!lua_iscfunction(lua, index) || !lua_getupvalue(lua, index, 1)) return false;
  bool is = false;
  if (lua_type(lua, -1) == LUA_TUSERDATA && lua_getmetatable(lua, -1)) {
    luaL_getmetatable(lua, "waxwing.cursor");
    is = lua_rawequal(lua, -1, -2) != 0;
    lua_pop(lua, 2);
  }
  lua_pop(lua, 1);
  return is;
}

/// Puts a list of the cursor's rows in its place.
void drain(lua_State* lua, int index) {
  lua_newtable(lua);
  const int list = lua_gettop(lua);
  for (std::size_t i = 1; i <= most_rows; ++i) {
    lua_pushvalue(lua, index);
    lua_call(lua, 0, 1);
    if (lua_isnil(lua, -1)) {
      lua_pop(lua, 1);
      break;
    }
    lua_rawseti(lua, list, static_cast<int>(i));
  }
  lua_replace(lua, index);
}

bool is_row_of(lua_State* lua, int table, const postgres::Result& last) {
  const std::set<std::string> names = fields_of(lua, table);
  return !names.empty() && std::all_of(names.begin(), names.end(), [&last](const std::string& name) {
    for (std::size_t i = 0; i < last.columns(); ++i)
      if (last.column_name(i) == name) return true;
    return false;
  });
}

/// What a value says of itself; nothing when it does not.
std::optional<std::string> own_text(lua_State* lua, int index) {
  if (!luaL_callmeta(lua, index, "__tostring")) return std::nullopt;
  std::string text = scalar_text(lua, -1);
  lua_pop(lua, 1);
  return text;
}

ShownValue shown(lua_State* lua, int index, const postgres::Result& last) {
  ShownValue value;
  bool is_rows = false;
  if (is_cursor(lua, index)) {
    drain(lua, index);
    is_rows = true;
  }
  if (lua_istable(lua, index)) {
    if (is_rows || lua_objlen(lua, index) > 0) value.rows = rows_of(lua, index, last);
    // One row: a table with fields of the last result.
    if (!value.rows && last.rows() == 1 && is_row_of(lua, index, last)) {
      lua_createtable(lua, 1, 0);
      lua_pushvalue(lua, index);
      lua_rawseti(lua, -2, 1);
      value.rows = rows_of(lua, lua_gettop(lua), last);
      lua_pop(lua, 1);
    }
  }
  if (!value.rows) {
    const bool may_speak = lua_istable(lua, index) || (lua_type(lua, index) == LUA_TUSERDATA && !to_int64(lua, index));
    const std::optional<std::string> own = may_speak ? own_text(lua, index) : std::nullopt;
    value.text = own ? *own : readable(lua, index);
  }
  try {
    value.value = to_value(lua, index);
  } catch (const Error&) {
    value.value = base::Value(value.text);
  }
  return value;
}

int call_function(lua_State* lua) {
  (*static_cast<const std::function<void()>*>(lua_touserdata(lua, lua_upvalueindex(1))))();
  return 0;
}

bool is_unfinished(const Error& error) { return std::string_view(error.what()).ends_with("near '<eof>'"); }

/// `local` at the start would be forgotten with the line.
std::string without_local(const std::string& text) {
  const std::string_view trimmed = base::trim(text);
  constexpr std::string_view keyword = "local";
  if (!trimmed.starts_with(keyword) || trimmed.size() == keyword.size() ||
      blanks.find(trimmed[keyword.size()]) == std::string_view::npos)
    return text;
  const std::string_view rest = base::trim(trimmed.substr(keyword.size()));
  const std::string_view first = rest.substr(0, rest.find_first_not_of(name_characters));
  if (first == "function") return std::string(rest);
  const std::size_t sign = rest.find('=');
  if (sign == std::string_view::npos) return text;
  for (const std::string& name : base::split(rest.substr(0, sign), ','))
    if (!is_name(base::trim(name))) return text;
  return std::string(rest);
}

}  // namespace

struct ConsoleScript::Prompt {
  Prompt(const Surroundings& surroundings, Transactions given) : transactions(std::move(given)), state(surroundings) {
    state.print_results(true);
    state.protect("", [&](lua_State* lua) { open(lua); });
  }

  void open(lua_State* lua) {
    lua_newtable(lua);
    const std::pair<const char*, const std::function<void()>*> functions[] = {
        {"begin", &transactions.begin}, {"commit", &transactions.commit}, {"rollback", &transactions.rollback}};
    for (const auto& [name, function] : functions) {
      lua_pushlightuserdata(lua, const_cast<std::function<void()>*>(function));
      lua_pushcclosure(lua, &guarded<&call_function>, 1);
      lua_setfield(lua, -2, name);
    }
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, LUA_GLOBALSINDEX);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_pushlightuserdata(lua, const_cast<char*>(&environment_key));
    lua_insert(lua, -2);
    lua_rawset(lua, LUA_REGISTRYINDEX);
  }

  static void push_environment(lua_State* lua) {
    lua_pushlightuserdata(lua, const_cast<char*>(&environment_key));
    lua_rawget(lua, LUA_REGISTRYINDEX);
  }

  /// As an expression, else as statements.
  void load(lua_State* lua, const std::string& text) {
    const std::string line = without_local(text);
    try {
      state.load(lua, "return " + line, chunk_name);
    } catch (const Error& as_expression) {
      if (as_expression.code() != code::script_syntax) throw;
      try {
        state.load(lua, line, chunk_name);
      } catch (const Error& as_statement) {
        if (is_unfinished(as_expression)) throw as_expression;
        throw;
      }
    }
    push_environment(lua);
    lua_setfenv(lua, -2);
  }

  const Transactions transactions;
  LuaState state;
};

ConsoleScript::ConsoleScript(const Surroundings& surroundings, Transactions transactions)
    : prompt_(std::make_unique<Prompt>(surroundings, std::move(transactions))) {}

ConsoleScript::~ConsoleScript() = default;

ConsoleScript::Syntax ConsoleScript::syntax_of(const std::string& text) {
  try {
    prompt_->state.protect("", [&](lua_State* lua) { prompt_->load(lua, text); });
    return Syntax::good;
  } catch (const Error& error) {
    if (error.code() != code::script_syntax) throw;
    return is_unfinished(error) ? Syntax::unfinished : Syntax::wrong;
  }
}

std::vector<ShownValue> ConsoleScript::evaluate(const std::string& text, postgres::Session& session) {
  RememberingSession remembering(session);
  const LuaState::WithSession with(prompt_->state, remembering);
  std::vector<ShownValue> values;
  prompt_->state.protect("", [&](lua_State* lua) {
    prompt_->load(lua, text);
    lua_call(lua, 0, LUA_MULTRET);
    for (int i = 1; i <= lua_gettop(lua); ++i)
      if (!lua_isnil(lua, i)) values.push_back(shown(lua, i, remembering.last()));
  });
  return values;
}

std::vector<std::string> ConsoleScript::names_in(const std::string& table) {
  std::vector<std::string> names;
  if (table == "schema") {
    for (const schema::Question& each : schema::all_questions()) names.emplace_back(each.name);
    return names;
  }
  if (table == "op") {
    for (const operations::OperationType* each : operations::all_operations()) names.push_back(each->name());
    return names;
  }
  const auto keys = [&names](lua_State* lua, int index) {
    for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1))
      if (lua_type(lua, -2) == LUA_TSTRING) names.emplace_back(lua_tostring(lua, -2));
  };
  prompt_->state.protect("", [&](lua_State* lua) {
    Prompt::push_environment(lua);
    if (table.empty()) {
      keys(lua, lua_gettop(lua));
      push_real_globals(lua);
      keys(lua, lua_gettop(lua));
      return;
    }
    lua_pushlstring(lua, table.data(), table.size());
    lua_rawget(lua, -2);
    if (lua_isnil(lua, -1)) {
      push_real_globals(lua);
      lua_pushlstring(lua, table.data(), table.size());
      lua_rawget(lua, -2);
    }
    // A library is a view; what it shows is behind its metatable.
    if (lua_type(lua, -1) == LUA_TUSERDATA && lua_getmetatable(lua, -1)) {
      lua_pushliteral(lua, "__index");
      lua_rawget(lua, -2);
    }
    if (lua_istable(lua, -1)) keys(lua, lua_gettop(lua));
  });
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace script
