// `db.batches`: a function of the script works on the rows of a table, batch by batch; each batch and its checkpoint
// commit together.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "operations/batches.hpp"
#include "operations/sql.hpp"
#include "script/call_arguments.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

const std::vector<std::string> known = {"table", "schema",    "columns",  "where",     "key",     "size",
                                        "lock",  "target_ms", "pause_ms", "max_lag_s", "throttle"};

struct BatchArguments {
  std::string schema, table, where;
  std::vector<std::string> columns, key;
  /// The rows are locked, so that nobody changes them between the function's reading and its writing.
  bool locks = true;
  operations::Pace pace;
};

std::vector<std::string> names(const CallArguments& arguments, const char* key) {
  const base::Value* value = arguments.find(key);
  if (!value || value->is_nil()) return {};
  if (const auto* one = value->get_if<std::string>()) return {*one};
  std::vector<std::string> result;
  if (const auto* list = value->get_if<base::List>())
    for (const base::Value& each : *list)
      if (const auto* name = each.get_if<std::string>()) result.push_back(*name);
  if (const auto* list = value->get_if<base::List>(); list && list->size() == result.size() && !result.empty())
    return result;
  throw Error(code::bad_argument, fmt::format("db.batches: {} must be a name or a list of names", key));
}

/// The table without its functions, which are no values.
base::Value plain_table(lua_State* lua) {
  lua_newtable(lua);
  for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
    const bool is_throttle = lua_type(lua, -2) == LUA_TSTRING && std::string_view(lua_tostring(lua, -2)) == "throttle";
    if (is_throttle || (lua_type(lua, -2) == LUA_TNUMBER && lua_tonumber(lua, -2) == 1)) continue;
    lua_pushvalue(lua, -2);
    lua_pushvalue(lua, -2);
    lua_rawset(lua, -5);
  }
  base::Value value = to_value(lua, -1);
  lua_pop(lua, 1);
  return value;
}

BatchArguments read(lua_State* lua) {
  if (!lua_istable(lua, 1))
    throw Error(code::bad_argument, fmt::format("db.batches takes one table, got {}", luaL_typename(lua, 1)))
        .advise(R"(db.batches { table = "orders", function(rows) ... end })");
  const CallArguments arguments("db.batches", plain_table(lua), known);
  BatchArguments result;
  const auto number = [&](const char* key, std::int64_t& to) { to = arguments.whole_number(key).value_or(to); };
  result.table = arguments.text("table").value_or("");
  if (result.table.empty()) throw Error(code::bad_argument, "db.batches: missing key \"table\"");
  result.schema = arguments.text("schema").value_or("");
  result.where = arguments.text("where").value_or("");
  result.columns = names(arguments, "columns");
  result.key = names(arguments, "key");
  const base::Value* lock = arguments.find("lock");
  result.locks = !lock || arguments.flag("lock");
  number("size", result.pace.batch_rows);
  number("target_ms", result.pace.target_ms);
  number("pause_ms", result.pace.pause_ms);
  number("max_lag_s", result.pace.max_lag_s);
  if (const std::string problem = result.pace.problem(); !problem.empty())
    throw Error(code::bad_argument, "db.batches: " + base::replace_all(problem, "batch_rows", "size"));
  return result;
}

class LuaBatches final : public operations::TableBatches {
 public:
  /// The functions are at these places of the stack; `throttle` may be nil.
  LuaBatches(lua_State* lua, BatchArguments arguments, int function, int throttle)
      : lua_(lua), arguments_(std::move(arguments)), function_(function) {
    if (lua_isnil(lua, throttle)) return;
    arguments_.pace.throttle = [lua, throttle]() -> long long {
      constexpr long long usual_pause_ms = 1000;
      lua_pushvalue(lua, throttle);
      if (const int status = lua_pcall(lua, 0, 1, 0)) rethrow_lua_error(lua, status);
      constexpr double longest_pause_ms = 86400000;
      long long pause = lua_toboolean(lua, -1) ? usual_pause_ms : 0;
      if (lua_isnumber(lua, -1)) {
        const double wanted = lua_tonumber(lua, -1);
        pause = wanted > 0 ? static_cast<long long>(std::min(wanted, longest_pause_ms)) : 0;
      }
      lua_pop(lua, 1);
      return pause;
    };
  }

  std::string statement() const override { return select_sql("") + " /* in batches, each given to a function */"; }
  std::string table_name() const override {
    return arguments_.schema.empty() ? arguments_.table : arguments_.schema + "." + arguments_.table;
  }
  operations::RowKey find_key(postgres::Session& session) const override {
    return operations::RowKey::find(session, arguments_.schema, arguments_.table, arguments_.key);
  }
  const operations::Pace& pace() const override { return arguments_.pace; }
  const std::string& where() const override { return arguments_.where; }
  bool empties_where() const override { return false; }

  void prepare(postgres::Session& session) const override {
    find_key(session);
    session.query("EXPLAIN " + select_sql(""));
  }

  /// The first rows show what the function does with the others.
  void follow(postgres::Session& session) override {
    constexpr const char* a_few = " LIMIT 10";
    call(session.query(select_sql("") + a_few));
  }

  std::vector<std::string> script() const override {
    throw Error(code::needs_database, "db.batches gives rows to a function, and --sql has none")
        .advise("run the upgrade without --sql, or write it as op.backfill, which SQL alone can do");
  }

  postgres::Result do_batch(const operations::BatchStep& step) override {
    postgres::Session& connection = step.place.connection;
    std::string keys;
    const std::size_t count = step.key.columns().size();
    for (std::size_t i = 1; i <= count; ++i) keys += fmt::format(", (SELECT k{}::text FROM waxwing_end)", i);
    std::optional<std::vector<std::string>> last;
    if (step.last) last = step.key.literals(*step.last);
    const postgres::Result page =
        connection.query(fmt::format("{}WITH {} SELECT (SELECT keys FROM waxwing_passed){}", step.begin_sql,
                                     step.key.end_sql(last, step.size), keys));
    std::size_t rows_done = 0;
    std::string last_key = "NULL::text[]";
    if (page.integer(0, 0) > 0) {
      std::vector<std::string> end, quoted;
      for (std::size_t i = 0; i < count; ++i) {
        end.push_back(page.text(0, 1 + i));
        quoted.push_back(operations::quote_literal(end.back()));
      }
      last_key = "ARRAY[" + base::join(quoted, ", ") + "]::text[]";
      const std::string behind = last ? step.key.above(*last) + " AND " : "";
      const postgres::Result rows =
          connection.query(select_sql(behind + step.key.at_most(step.key.literals(end))) + " ORDER BY " +
                           step.key.list() + (arguments_.locks ? " FOR NO KEY UPDATE" : ""));
      rows_done = rows.rows();
      if (rows_done > 0) call(rows);
    }
    return connection.query(step.advance_sql(page.text(0, 0), std::to_string(rows_done), last_key) + "; " +
                            step.commit_sql);
  }

 private:
  std::string select_sql(const std::string& range) const {
    std::vector<std::string> conditions;
    if (!range.empty()) conditions.push_back(range);
    if (!arguments_.where.empty()) conditions.push_back(operations::in_parentheses(arguments_.where));
    return fmt::format("SELECT {} FROM {}{}",
                       arguments_.columns.empty() ? "*" : operations::quoted_list(arguments_.columns),
                       operations::quote_qualified(arguments_.schema, arguments_.table),
                       conditions.empty() ? "" : " WHERE " + base::join(conditions, " AND "));
  }

  void call(const postgres::Result& rows) {
    lua_pushvalue(lua_, function_);
    lua_createtable(lua_, static_cast<int>(rows.rows()), 0);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      push_row(lua_, rows, i);
      lua_rawseti(lua_, -2, static_cast<int>(i) + 1);
    }
    if (const int status = lua_pcall(lua_, 1, 0, 0)) rethrow_lua_error(lua_, status);
  }

  lua_State* lua_;
  BatchArguments arguments_;
  int function_;
};

/// `local rows, left = db.batches { table = "orders", columns = { "id", "note" }, function(rows) ... end }`
int batches(lua_State* lua) {
  lua_settop(lua, 1);
  BatchArguments arguments = read(lua);
  lua_rawgeti(lua, 1, 1);
  if (!lua_isfunction(lua, 2))
    throw Error(code::bad_argument,
                fmt::format("db.batches: a function is expected behind the keys, got {}", luaL_typename(lua, 2)))
        .advise(R"(db.batches { table = "orders", function(rows) ... end })");
  lua_getfield(lua, 1, "throttle");
  if (!lua_isnil(lua, 3) && !lua_isfunction(lua, 3))
    throw Error(code::bad_argument,
                fmt::format("db.batches: throttle must be a function, got {}", luaL_typename(lua, 3)));
  LuaBatches work(lua, std::move(arguments), 2, 3);
  const postgres::Result result = LuaState::of(lua).session().run_batches(work);
  push_integer(lua, result.empty() ? 0 : result.integer(0, 0));
  push_integer(lua, result.empty() ? 0 : result.integer(0, 1));
  return 2;
}

}  // namespace

void open_batches(lua_State* lua) {
  lua_getglobal(lua, "db");
  lua_pushcfunction(lua, &guarded<&batches>);
  lua_setfield(lua, -2, "batches");
  lua_pop(lua, 1);
}

}  // namespace script
