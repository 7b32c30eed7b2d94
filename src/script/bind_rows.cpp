// `db.stream` and `db.copy_in`: rows out of the database and into it, however many.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/error.hpp"
#include "base/spool.hpp"
#include "base/text.hpp"
#include "postgres/copy_text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"
#include "postgres/sql_text.hpp"
#include "schema/row_table.hpp"
#include "script/copy_values.hpp"
#include "script/lua_rows.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
using postgres::Result;
namespace code = base::code;

namespace {

constexpr const char* stream_type = "waxwing.stream";

/// What a query gave, read to its end before the first row is handed out, so that the loop's body can use the database.
struct Stream {
  base::Spool spool;
  std::unique_ptr<Row> row;
};

int next_row(lua_State* lua) {
  auto& stream = **static_cast<std::unique_ptr<Stream>*>(lua_touserdata(lua, lua_upvalueindex(1)));
  const std::optional<std::string_view> line = stream.spool.read_line();
  if (!line) {
    stream.row->end_turn();
    return 0;
  }
  stream.row->push(lua, *line);
  return 1;
}

int stream_gc(lua_State* lua) {
  using Held = std::unique_ptr<Stream>;
  static_cast<Held*>(lua_touserdata(lua, 1))->~Held();
  return 0;
}

std::string text_argument(lua_State* lua, int index, const char* function, const char* what) {
  if (lua_type(lua, index) != LUA_TSTRING)
    throw Error(code::bad_argument,
                fmt::format("{}: {} must be a string, got {}", function, what, luaL_typename(lua, index)));
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, index, &size);
  return {text, size};
}

/// for row in db.stream("select ...", ...) do
int stream(lua_State* lua) {
  std::string sql = text_argument(lua, 1, "db.stream", "the query");
  postgres::Parameters parameters;
  for (int i = 2; i <= lua_gettop(lua); ++i) parameters.push_back(to_parameter(lua, i));
  if (postgres::split_statements(sql).size() != 1) throw Error(code::bad_argument, "db.stream takes one query");
  sql = postgres::with_literals(postgres::split_statements(sql)[0].text, parameters);
  postgres::Session& session = LuaState::of(lua).session();
  if (!session.is_live())
    throw Error(code::needs_database, "db.stream reads rows, and --sql has none")
        .advise("run the upgrade without --sql, or write the step so that SQL itself decides");
  std::vector<RowColumn> columns;
  for (postgres::ResultColumn& each : session.describe(sql))
    columns.push_back({std::move(each.name), each.type, "rows of db.stream are only read"});
  auto held = std::make_unique<Stream>();
  session.copy_out("COPY (" + sql + "\n) TO STDOUT", [&](std::string_view line) { held->spool.write(line); });
  held->spool.rewind();
  held->row = std::make_unique<Row>(lua, "", std::move(columns));
  // The metatable first: nothing may fail between the userdata and its __gc.
  if (luaL_newmetatable(lua, stream_type)) {
    lua_pushcfunction(lua, &stream_gc);
    lua_setfield(lua, -2, "__gc");
  }
  new (lua_newuserdata(lua, sizeof(std::unique_ptr<Stream>))) std::unique_ptr<Stream>(std::move(held));
  lua_insert(lua, -2);
  lua_setmetatable(lua, -2);
  lua_pushcclosure(lua, &guarded<&next_row>, 1);
  return 1;
}

/// Makes lines of what the iterator gives.
class RowWriter {
 public:
  RowWriter(lua_State* lua, std::string table, std::vector<std::string> names, std::vector<std::uint32_t> types)
      : lua_(lua), table_(std::move(table)), names_(std::move(names)), types_(std::move(types)) {}

  /// Some rows more; empty at the end. The iterator, a function or a list, is at 3.
  std::string_view next() {
    constexpr std::size_t piece = std::size_t{64} << 10;
    out_.clear();
    while (out_.size() < piece && !is_at_end_) {
      push_item();
      is_at_end_ = lua_isnil(lua_, -1);
      if (!is_at_end_) append_item();
      lua_pop(lua_, 1);
    }
    return out_;
  }
  long long rows() const { return rows_; }

 private:
  void push_item() {
    if (lua_istable(lua_, 3)) {
      lua_rawgeti(lua_, 3, static_cast<int>(rows_) + 1);
      return;
    }
    lua_pushvalue(lua_, 3);
    call_row_function(lua_, 0, 1, fmt::format("db.copy_in: behind row {}", rows_), nullptr);
  }

  std::string place() const { return fmt::format("db.copy_in: row {} for {}", rows_, table_); }

  void append_item() {
    ++rows_;
    const int item = lua_gettop(lua_);
    if (Row* row = to_row(lua_, item)) {
      append([&](std::size_t i) { push_of_row(*row, i); });
    } else if (lua_istable(lua_, item)) {
      refuse_unknown_keys(item);
      lua_rawgeti(lua_, item, 1);
      const bool is_list = !lua_isnil(lua_, -1) || lua_objlen(lua_, item) > 0;
      lua_pop(lua_, 1);
      append([&](std::size_t i) {
        if (is_list) return lua_rawgeti(lua_, item, static_cast<int>(i) + 1);
        lua_pushlstring(lua_, names_[i].data(), names_[i].size());
        lua_rawget(lua_, item);
      });
    } else {
      throw Error(code::bad_argument, fmt::format("{}: a row is a table, got {}", place(), luaL_typename(lua_, item)));
    }
  }

  void push_of_row(Row& row, std::size_t i) {
    lua_pushlstring(lua_, names_[i].data(), names_[i].size());
    const int column = row.find(lua_, -1);
    lua_pop(lua_, 1);
    if (column < 0) throw Error(code::bad_argument, fmt::format("{}: it has no column \"{}\"", place(), names_[i]));
    row.push_column(lua_, static_cast<std::size_t>(column));
  }

  template <class Push>
  void append(Push push) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (i > 0) out_ += '\t';
      push(i);
      try {
        append_copy_value(lua_, -1, types_[i], out_);
      } catch (Error& error) {
        error.headline(fmt::format("{}, column \"{}\": {}", place(), names_[i], error.what()));
        throw;
      }
      lua_pop(lua_, 1);
    }
    out_ += '\n';
  }

  void refuse_unknown_keys(int item) {
    for (lua_pushnil(lua_); lua_next(lua_, item) != 0; lua_pop(lua_, 1)) {
      if (lua_type(lua_, -2) == LUA_TNUMBER) {
        if (lua_tonumber(lua_, -2) <= static_cast<double>(names_.size())) continue;
        throw Error(code::bad_argument, fmt::format("{}: it has more values than there are columns", place()));
      }
      const std::string_view key = lua_type(lua_, -2) == LUA_TSTRING ? lua_tostring(lua_, -2) : "?";
      if (std::find(names_.begin(), names_.end(), key) == names_.end())
        throw Error(code::bad_argument, fmt::format("{}: it has \"{}\", which is not among the columns{}", place(), key,
                                                    base::did_you_mean_suffix(std::string(key), names_)));
    }
  }

  lua_State* const lua_;
  const std::string table_;
  const std::vector<std::string> names_;
  const std::vector<std::uint32_t> types_;
  std::string out_;
  long long rows_ = 0;
  bool is_at_end_ = false;
};

/// db.copy_in("books", { "id", "title" }, iterator) returns how many rows there were.
int copy_in(lua_State* lua) {
  const std::string name = text_argument(lua, 1, "db.copy_in", "the table");
  const base::Value given = to_value(lua, 2);
  std::vector<std::string> names;
  const base::List* list = given.get_if<base::List>();
  for (const base::Value& each : list ? *list : base::List{})
    if (const std::string* text = each.get_if<std::string>()) names.push_back(*text);
  if (names.empty() || names.size() != list->size())
    throw Error(code::bad_argument, "db.copy_in: the second argument must be a list of columns");
  if (!lua_isfunction(lua, 3) && !lua_istable(lua, 3))
    throw Error(code::bad_argument,
                fmt::format("db.copy_in: rows must come from a function or a list, got {}", luaL_typename(lua, 3)))
        .advise("db.copy_in(\"books\", { \"id\", \"title\" }, { { 1, \"Emma\" } })");
  lua_settop(lua, 3);
  const std::size_t dot = name.find('.');
  const std::string schema = dot == std::string::npos ? "" : name.substr(0, dot);
  const std::string table_name = dot == std::string::npos ? name : name.substr(dot + 1);
  std::vector<std::string> quoted;
  for (const std::string& each : names) quoted.push_back(postgres::quote_identifier(each));
  const std::string statement =
      fmt::format("COPY {} ({}) FROM STDIN", postgres::quote_qualified(schema, table_name), base::join(quoted, ", "));
  postgres::Session& session = LuaState::of(lua).session();
  if (!session.is_live())
    throw Error(code::needs_database, "db.copy_in sends rows, and --sql has nobody to send them to")
        .advise("op.bulk_insert writes a few rows as SQL; or run the upgrade without --sql");
  const Result result = session.run_unit(statement, [&](postgres::Session& real) {
    const schema::RowTable table = schema::read_row_table(real, schema, table_name);
    std::vector<std::uint32_t> types;
    for (const std::string& each : names) {
      const auto found =
          std::find_if(table.columns.begin(), table.columns.end(), [&](const auto& at) { return at.name == each; });
      if (found == table.columns.end())
        throw Error(code::unknown_column, fmt::format("db.copy_in: {} has no column \"{}\"", table.shown, each));
      types.push_back(found->type);
    }
    RowWriter writer(lua, table.shown, names, std::move(types));
    try {
      real.copy_in(statement, [&writer] { return writer.next(); });
    } catch (postgres::SqlError& error) {
      if (const postgres::CopyPlace place = postgres::copy_place(error.diagnostics().context); place.line > 0)
        error.headline(fmt::format("db.copy_in: row {} does not fit {}", place.line, table.shown));
      throw;
    }
    return real.query(fmt::format("SELECT {}::bigint", writer.rows()));
  });
  push_integer(lua, result.empty() ? 0 : result.integer(0, 0));
  return 1;
}

}  // namespace

void open_rows(lua_State* lua) {
  lua_getglobal(lua, "db");
  lua_pushcfunction(lua, &guarded<&stream>);
  lua_setfield(lua, -2, "stream");
  lua_pushcfunction(lua, &guarded<&copy_in>);
  lua_setfield(lua, -2, "copy_in");
  lua_pop(lua, 1);
}

}  // namespace script
