// `db.transform`: the rows of a table through a Lua function, by COPY both ways.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/error.hpp"
#include "base/spool.hpp"
#include "base/text.hpp"
#include "postgres/copy_text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"
#include "schema/refill.hpp"
#include "script/call_arguments.hpp"
#include "script/lua_rows.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"
#include "script/row_relay.hpp"

namespace script {

using base::Error;
using postgres::quote_identifier;
using postgres::Result;
namespace code = base::code;

namespace {

constexpr const char* function_name = "db.transform";
constexpr const char* staging = "pg_temp.waxwing_transform";

struct Request {
  std::string table, schema, where;
  /// Empty for all.
  std::vector<std::string> columns;
  bool rebuilds = false;
};

std::vector<std::string> names_of(const base::Value* value) {
  std::vector<std::string> names;
  const base::List* list = value ? value->get_if<base::List>() : nullptr;
  for (const base::Value& each : list ? *list : base::List{})
    if (const std::string* name = each.get_if<std::string>()) names.push_back(*name);
  if (value && !value->is_nil() && (!list || names.size() != list->size() || names.empty()))
    throw Error(code::bad_argument, "db.transform: columns must be a list of names");
  return names;
}

/// Reads the table at 1 and leaves the function alone on the stack.
Request read_request(lua_State* lua) {
  if (!lua_istable(lua, 1))
    throw Error(code::bad_argument, fmt::format("db.transform takes one table, got {}", luaL_typename(lua, 1)))
        .advise("db.transform { table = \"books\", function(row) ... end }");
  lua_settop(lua, 1);
  // A copy without the function, which is no value.
  lua_newtable(lua);
  for (lua_pushnil(lua); lua_next(lua, 1) != 0;) {
    if (lua_type(lua, -2) == LUA_TNUMBER && lua_isfunction(lua, -1)) {
      lua_pop(lua, 1);
      continue;
    }
    lua_pushvalue(lua, -2);
    lua_insert(lua, -2);
    lua_rawset(lua, 2);
  }
  const CallArguments arguments(function_name, to_value(lua, 2), {"table", "schema", "columns", "where", "mode"});
  lua_rawgeti(lua, 1, 1);
  lua_replace(lua, 1);
  lua_settop(lua, 1);
  if (!lua_isfunction(lua, 1))
    throw Error(code::bad_argument, "db.transform: the function is missing")
        .advise("db.transform { table = \"books\", function(row) ... end }");
  const std::string mode = arguments.text("mode").value_or("update");
  if (mode != "update" && mode != "rebuild")
    throw Error(code::bad_argument, fmt::format("db.transform: mode is \"{}\"", mode))
        .because("modes are \"update\" and \"rebuild\"");
  Request request{arguments.text("table").value_or(""), arguments.text("schema").value_or(""),
                  arguments.text("where").value_or(""), names_of(arguments.find("columns")), mode == "rebuild"};
  if (request.table.empty()) throw Error(code::bad_argument, "db.transform: table is missing");
  return request;
}

/// What the journal and those who look at a script's effects see of it.
std::string statement_of(const Request& request) {
  const std::string columns = request.columns.empty() ? "*" : base::join(request.columns, ", ");
  return fmt::format("UPDATE {} SET {} = DEFAULT{} /* db.transform, columns {}, mode {} */",
                     postgres::quote_qualified(request.schema, request.table),
                     quote_identifier(request.columns.empty() ? "rows" : request.columns[0]),
                     request.where.empty() ? "" : " WHERE (" + request.where + "\n)",
                     base::replace_all(columns, "*/", "* /"), request.rebuilds ? "rebuild" : "update");
}

class Transform {
 public:
  Transform(lua_State* lua, postgres::Session& session, const Request& request)
      : lua_(lua),
        session_(session),
        request_(request),
        table_(schema::read_row_table(session, request.schema, request.table)) {}

  /// Reads, calls, writes. The result has one row: read, changed, deleted.
  Result run() {
    session_.query("LOCK TABLE " + table_.sql_name + " IN SHARE ROW EXCLUSIVE MODE");
    choose_columns();
    if (request_.rebuilds)
      rebuild();
    else
      update();
    return session_.query(fmt::format("SELECT {}::bigint AS read, {}::bigint AS changed, {}::bigint AS deleted", read_,
                                      changed_, deleted_));
  }

 private:
  bool is_wanted(const std::string& column) const {
    return request_.columns.empty() ||
           std::find(request_.columns.begin(), request_.columns.end(), column) != request_.columns.end();
  }
  bool is_key(const std::string& column) const {
    return std::any_of(table_.key.begin(), table_.key.end(), [&](const auto& key) { return key.column == column; });
  }

  /// Those that are written come first, so that a row that stays as it is can be passed on as it came.
  void choose_columns() {
    for (const std::string& name : request_.columns)
      if (std::none_of(table_.columns.begin(), table_.columns.end(),
                       [&](const auto& each) { return each.name == name; }))
        throw_unknown(name);
    std::vector<RowColumn> columns, generated;
    for (const schema::RowTable::Column& each : table_.columns) {
      const bool is_visible = is_wanted(each.name) || is_key(each.name);
      if (!is_visible && !request_.rebuilds) continue;
      RowColumn column{each.name, each.type, "", is_visible};
      if (each.is_generated)
        column.read_only = "it is generated";
      else if (!is_wanted(each.name))
        column.read_only = "it is the key, and not among the columns asked for";
      else if (each.is_always_identity && !request_.rebuilds)
        column.read_only = "it is GENERATED ALWAYS AS IDENTITY, which only mode = \"rebuild\" can write";
      (each.is_generated ? generated : columns).push_back(std::move(column));
    }
    written_ = columns.size();
    columns.insert(columns.end(), generated.begin(), generated.end());
    for (const RowColumn& each : columns) select_.push_back("t." + quote_identifier(each.name));
    if (has_condition()) {
      columns.push_back({"", postgres::oid::boolean, "", false});
      select_.push_back("(" + request_.where + "\n) IS TRUE");
    }
    std::vector<std::size_t> key;
    for (const auto& each : table_.key)
      for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].name == each.column) key.push_back(i);
    row_ = std::make_unique<Row>(lua_, table_.shown, std::move(columns), std::move(key));
    key_ = row_->key();
    ever_changed_.resize(written_);
  }

  [[noreturn]] void throw_unknown(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& each : table_.columns) names.push_back(each.name);
    throw Error(code::unknown_column, fmt::format("db.transform: {} has no column \"{}\"{}", table_.shown, name,
                                                  base::did_you_mean_suffix(name, names)));
  }

  /// A table that is filled anew keeps the rows that the condition leaves out.
  bool has_condition() const { return request_.rebuilds && !request_.where.empty(); }

  std::string read_sql() const {
    std::string sql = fmt::format("COPY (SELECT {} FROM {} AS t", base::join(select_, ", "), table_.sql_name);
    if (!request_.rebuilds && !request_.where.empty()) sql += " WHERE (" + request_.where + "\n)";
    return sql + ") TO STDOUT";
  }

  enum class Outcome { kept, changed, deleted };

  /// Has the function look at a row.
  Outcome pass(std::string_view line) {
    lua_pushvalue(lua_, 1);
    row_->push(lua_, line);
    if (has_condition() && row_->field(row_->columns().size() - 1) != "t") {
      lua_pop(lua_, 2);
      return Outcome::kept;
    }
    ++read_;
    call_row_function(lua_, 1, 1, function_name, row_.get());
    const bool deletes = is_deletion();
    lua_pop(lua_, 1);
    if (deletes) return ++deleted_, Outcome::deleted;
    return row_->is_changed() ? (++changed_, Outcome::changed) : Outcome::kept;
  }

  bool is_deletion() const {
    if (lua_isnil(lua_, -1) || lua_islightuserdata(lua_, -1)) return false;
    if (lua_type(lua_, -1) == LUA_TSTRING && std::string_view(lua_tostring(lua_, -1)) == "delete") return true;
    throw Error(code::bad_argument, fmt::format("{}: {}: the function returned a {}", function_name,
                                                row_->description(), luaL_typename(lua_, -1)))
        .because("a function of db.transform assigns to the row's columns, and returns nothing or \"delete\"");
  }

  void rebuild() {
    schema::Refill refill(session_, table_);
    RowRelay relay([this](std::string_view line, std::string& out) {
      const Outcome outcome = pass(line);
      if (outcome == Outcome::deleted) return;
      if (outcome == Outcome::kept && written_ == row_->columns().size()) {
        out += line;
        if (!line.ends_with('\n')) out += '\n';
        return;
      }
      row_->append(out, written_);
      out += '\n';
    });
    session_.copy_out(read_sql(), [&](std::string_view line) { relay.take(line); });
    refill.empty();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < written_; ++i) names.push_back(quote_identifier(row_->columns()[i].name));
    // Without a column of its own a table has nothing to write but its rows.
    const std::string sql = fmt::format("COPY {}{} FROM STDIN{}", table_.sql_name,
                                        names.empty() ? "" : " (" + base::join(names, ", ") + ")",
                                        refill.can_freeze() ? " WITH (FREEZE)" : "");
    try {
      session_.copy_in(sql, [&relay] { return relay.next(); });
    } catch (postgres::SqlError& error) {
      const postgres::CopyPlace place = postgres::copy_place(error.diagnostics().context);
      if (place.line > 0)
        if (const auto origin = relay.origin(place.line)) explain(error, place, origin->row, origin->line, 0);
      throw;
    }
    row_->end_turn();
    refill.restore();
  }

  void update() {
    if (table_.kind != 'r' && table_.kind != 'p')
      throw Error(code::cannot_transform, fmt::format("{} cannot be transformed", table_.shown))
          .because("it is no table");
    if (table_.key.empty())
      throw Error(code::cannot_transform, fmt::format("{} cannot be updated row by row", table_.shown))
          .because("it has no primary key and no unique index over columns that are NOT NULL")
          .advise("mode = \"rebuild\" needs no key");
    if (table_.has_children)
      throw Error(code::cannot_transform, fmt::format("{} cannot be updated row by row", table_.shown))
          .because("other tables inherit from it, and its key does not hold among them")
          .advise("transform each of them by itself, or write an UPDATE");
    base::Spool spool;
    session_.copy_out(read_sql(), [&](std::string_view line) {
      const Outcome outcome = pass(line);
      if (outcome == Outcome::kept) return;
      std::string& out = spool.buffer();
      out += outcome == Outcome::deleted ? 't' : 'f';
      for (const std::size_t column : key_) (out += '\t') += row_->field(column);
      out += '\t';
      row_->append(out, written_);
      out += '\n';
      spool.written();
      for (std::size_t i = 0; i < written_; ++i) ever_changed_[i] |= row_->is_changed(i);
    });
    row_->end_turn();
    if (changed_ + deleted_ > 0) write_changes(spool);
  }

  void write_changes(base::Spool& spool) {
    std::string columns = "NULL::boolean AS gone", same;
    for (std::size_t i = 0; i < key_.size(); ++i) {
      const std::string name = quote_identifier(table_.key[i].column);
      columns += fmt::format(", t.{} AS k{}", name, i);
      same += fmt::format(" AND t.{} {} s.k{}", name, table_.key[i].equals, i);
    }
    std::string set;
    for (std::size_t i = 0; i < written_; ++i) {
      const std::string name = quote_identifier(row_->columns()[i].name);
      columns += fmt::format(", t.{} AS c{}", name, i);
      if (ever_changed_[i]) set += fmt::format("{}{} = s.c{}", set.empty() ? "" : ", ", name, i);
    }
    session_.query(
        fmt::format("CREATE TEMPORARY TABLE waxwing_transform ON COMMIT DROP AS SELECT {} FROM {} AS t WITH "
                    "NO DATA",
                    columns, table_.sql_name));
    copy_in(spool, fmt::format("COPY {} FROM STDIN", staging), 1 + key_.size());
    session_.query(fmt::format("ANALYZE {}", staging));
    if (deleted_ > 0)
      deleted_ = static_cast<long long>(
          session_
              .query(fmt::format("DELETE FROM {} AS t USING {} AS s WHERE s.gone{}", table_.sql_name, staging, same))
              .affected_rows());
    if (changed_ > 0)
      changed_ = static_cast<long long>(session_
                                            .query(fmt::format("UPDATE {} AS t SET {} FROM {} AS s WHERE NOT s.gone{}",
                                                               table_.sql_name, set, staging, same))
                                            .affected_rows());
    session_.query(fmt::format("DROP TABLE {}", staging));
  }

  /// `before` fields stand in front of the row's own in each line.
  void copy_in(base::Spool& spool, const std::string& sql, std::size_t before) {
    spool.rewind();
    try {
      session_.copy_in(sql, [&spool] { return spool.read(); });
    } catch (postgres::SqlError& error) {
      const postgres::CopyPlace place = postgres::copy_place(error.diagnostics().context);
      std::optional<std::string_view> line;
      spool.rewind();
      for (long long i = 0; i < place.line; ++i) line = spool.read_line();
      if (line) explain(error, place, 0, *line, before);
      throw;
    }
  }

  /// Names row and column of a value that the server did not take. The row's number is 0 when it is not known.
  void explain(postgres::SqlError& error, const postgres::CopyPlace& place, long long number, std::string_view line,
               std::size_t before) const {
    std::vector<std::string_view> fields;
    postgres::split_copy_line(line, fields);
    fields.erase(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(std::min(before, fields.size())));
    std::string column;
    for (std::size_t i = 0; i < written_; ++i) {
      const std::string& name = row_->columns()[i].name;
      if (place.is_column(before == 0 ? name : fmt::format("c{}", i)) || error.diagnostics().column == name)
        column = ", column " + name;
    }
    error.headline(fmt::format("{}: {}{}, line {} of what was written", function_name,
                               row_->description(number, fields), column, place.line));
  }

  lua_State* const lua_;
  postgres::Session& session_;
  const Request& request_;
  const schema::RowTable table_;
  std::vector<std::string> select_;
  /// Of the row's columns, the first ones.
  std::size_t written_ = 0;
  std::vector<std::size_t> key_;
  std::unique_ptr<Row> row_;
  std::vector<char> ever_changed_;
  long long read_ = 0, changed_ = 0, deleted_ = 0;
};

/// `db.transform { table = ..., function(row) ... end }` returns { read = , changed = , deleted = }.
int transform(lua_State* lua) {
  const Request request = read_request(lua);
  LuaState& state = LuaState::of(lua);
  if (!state.session().is_live())
    throw Error(code::needs_database, "db.transform passes rows through Lua, and --sql has none")
        .advise("run the upgrade without --sql, or write the change as an UPDATE");
  const Result result = state.session().run_unit(
      statement_of(request), [&](postgres::Session& session) { return Transform(lua, session, request).run(); });
  lua_createtable(lua, 0, 3);
  int column = 0;
  for (const char* name : {"read", "changed", "deleted"}) {
    push_integer(lua, result.empty() ? 0 : result.integer(0, static_cast<std::size_t>(column++)));
    lua_setfield(lua, -2, name);
  }
  return 1;
}

}  // namespace

void open_transform(lua_State* lua) {
  lua_getglobal(lua, "db");
  lua_pushcfunction(lua, &guarded<&transform>);
  lua_setfield(lua, -2, "transform");
  lua_pop(lua, 1);
}

}  // namespace script
