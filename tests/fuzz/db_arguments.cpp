// The arguments of every function that scripts have, except the operations' (operation.cpp). An input is the function's
// name in a line ("db.copy_in"), then bytes that choose and lines that are names. The database is made of bytes as
// well: it gives rows of any columns, or refuses. Whatever the names are, PostgreSQL's grammar must read what is sent.
#include <pg_query.h>

#include <limits>

#include "base/text.hpp"
#include "postgres/batched_work.hpp"
#include "postgres/copy_text.hpp"
#include "postgres/sql_error.hpp"
#include "schema/catalogue.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"
#include "support/input.hpp"

namespace {

namespace oid = postgres::oid;
using Words = std::vector<std::string>;

const Words queries = {"select 1",
                       "select 1 as a, 'x' as b",
                       "select $1::text",
                       "table t",
                       "select 'a;b' -- all",
                       "insert into t values ($1)",
                       "select 1; select 2",
                       "commit",
                       "-- nothing",
                       "select '"};
const Words conditions = {"true", "a > 0", "b = 'it''s' -- yes", "(a, b) in (select 1, 'x;')"};
const Words keys = {"table",     "schema",     "columns",  "where", "mode",   "key",    "size",      "lock",
                    "target_ms", "pause_ms",   "throttle", "sql",   "equals", "rows",   "name",      "message",
                    "test",      "references", "column",   "path",  "query",  "format", "delimiter", "header"};

struct Column {
  std::string name;
  std::uint32_t type = 0;
};

const std::vector<std::pair<std::uint32_t, Words>>& samples() {
  static const std::vector<std::pair<std::uint32_t, Words>> all = {
      {oid::text, {"x", "", "it's", "a\tb\\c\nd"}},
      {oid::int4, {"1", "-7", "0"}},
      {oid::int8, {"1", "9223372036854775807", "-9007199254740993"}},
      {oid::numeric, {"1.50", "NaN", "-Infinity", "123456789012345678901234567890.5"}},
      {oid::boolean, {"t", "f"}},
      {oid::float8, {"0.1", "NaN", "Infinity", "-Infinity", "1e300"}},
      {oid::bytea, {"\\x", "\\x00ff41", "\\x0"}},
      {oid::jsonb, {"null", "{\"a\": [1, {}]}", "\"x\""}},
      {1007, {"{}", "{1,NULL,3}", "{{1,2},{3,4}}", "[2:3]={1,2}", "{1,{", "{{{{{{{{"}},
      {1009, {"{}", "{\"a,b\",NULL,\"NULL\",\"\\\\\"}", "{a", "{\"", "{a}}"}},
      {0, {"x"}}};
  return all;
}

class Rows final : public postgres::Result::Data {
 public:
  std::vector<Column> columns_;
  std::vector<std::vector<std::optional<std::string>>> rows_;
  std::string tag_ = "SELECT";

  std::size_t rows() const override { return rows_.size(); }
  std::size_t columns() const override { return columns_.size(); }
  std::string_view column_name(std::size_t column) const override { return columns_.at(column).name; }
  std::uint32_t column_type(std::size_t column) const override { return columns_.at(column).type; }
  bool is_null(std::size_t row, std::size_t column) const override { return !rows_.at(row).at(column); }
  std::string_view value(std::size_t row, std::size_t column) const override {
    const auto& field = rows_.at(row).at(column);
    return field ? std::string_view(*field) : std::string_view();
  }
  std::uint64_t affected_rows() const override { return rows_.size(); }
  std::string_view command_tag() const override { return tag_; }
};

postgres::Result one_row(const Words& values) {
  auto rows = std::make_shared<Rows>();
  for (std::size_t i = 0; i < values.size(); ++i) rows->columns_.push_back({"c" + std::to_string(i), oid::text});
  rows->rows_.emplace_back(values.begin(), values.end());
  return postgres::Result(std::move(rows));
}

postgres::Result texts(const std::vector<Words>& values) {
  auto rows = std::make_shared<Rows>();
  for (const Words& each : values) rows->rows_.emplace_back(each.begin(), each.end());
  if (!values.empty()) rows->columns_.resize(values[0].size());
  return postgres::Result(std::move(rows));
}

/// What a run has recorded for schema.at.
constexpr const char* recorded_columns =
    R"({"tables": [{"schema": "public", "name": "t", "kind": "table", "columns": [{"name": "id", "type": "bigint"}]}]})";

/// A table `t` of some columns, and whatever rows are asked for.
class Database final : public postgres::Session {
 public:
  /// `checks`: is all that is sent made by waxwing, so that it must be proper SQL? `may_lack_columns`: is it the
  /// author's?
  Database(fuzz::Input& input, bool checks, bool may_lack_columns)
      : input_(input), checks_(checks), may_lack_columns_(may_lack_columns), is_live_(input.below(16) != 15) {}

  postgres::Result query(std::string_view sql, const postgres::Parameters&) override {
    look(sql);
    if (!is_live_) throw base::Error(base::code::needs_database, "there is no database");
    if (++asked_ > 200) refuse("57014");
    const std::string_view text = base::trim(sql);
    const auto has = [text](std::string_view part) { return text.find(part) != std::string_view::npos; };
    if (text.starts_with("select pg_catalog.count(*)")) return one_row({std::to_string(input_.below(8))});
    if (has("pg_catalog.row_security_active")) return relation();
    if (has("AS (SELECT a.attnum, a.atttypid")) return columns();
    if (has("i.indnkeyatts - 1")) return input_.below(4) == 3 ? texts({}) : one_row({"id", "pg_catalog", "="});
    if (has("WITH RECURSIVE tree")) return one_row({"16384", "r", "public", "t"});
    if (has("pg_catalog.pg_trigger t JOIN") || has("pg_catalog.pg_constraint o") || has("pg_catalog.pg_cursors"))
      return texts({});
    if (has("c.relname = 'revision'")) return input_.below(4) == 3 ? texts({}) : one_row({"waxwing"});
    if (has("e.kind = 'columns'")) return texts({{"a41f", "1"}, {std::string(input_.line()), "2"}});
    if (text.starts_with("SELECT detail FROM")) return input_.below(8) == 7 ? texts({}) : one_row({recorded_columns});
    if (has("pg_catalog.current_schemas")) return one_row({"public"});
    if (text.starts_with("SELECT ") && has("::bigint")) return numbers(text);
    if (input_.below(8) == 7) refuse(input_.below(2) ? "23505" : "42P01");
    return any_rows();
  }
  std::vector<postgres::ResultColumn> describe(std::string_view sql) override {
    look(sql);
    described_.clear();
    for (std::size_t left = 1 + input_.below(3); left > 0; --left) described_.push_back(column());
    std::vector<postgres::ResultColumn> columns;
    for (const Column& each : described_) columns.push_back({each.name, each.type});
    return columns;
  }
  std::uint64_t copy_out(std::string_view sql, const postgres::CopySink& take) override {
    look(sql);
    std::size_t fields = described_.size();
    if (fields == 0)
      for (std::size_t at = 0; (at = sql.find("t.\"", at)) != std::string_view::npos; ++at) ++fields;
    if (sql.find("IS TRUE") != std::string_view::npos) ++fields;
    const std::size_t count = input_.below(4);
    for (std::size_t i = 0; i < count; ++i) {
      std::string line;
      for (std::size_t f = 0; f < fields; ++f) {
        if (f > 0) line += '\t';
        if (input_.below(4) == 3)
          line += "\\N";
        else
          postgres::append_copy_text(line, sample(samples()[input_.below(samples().size())].second));
      }
      take(line + "\n");
    }
    if (input_.below(16) == 15) refuse("57014");
    return count;
  }
  std::uint64_t copy_in(std::string_view sql, const postgres::CopySource& next) override {
    look(sql);
    std::size_t bytes = 0;
    for (std::string_view piece = next(); !piece.empty(); piece = next()) {
      bytes += piece.size();
      fuzz::require(bytes < (std::size_t{1} << 24), "rows come to an end", sql);
    }
    if (input_.below(4) == 3) {
      postgres::Diagnostics refusal;
      refusal.sqlstate = "22P02";
      refusal.context =
          "COPY t, line " + std::to_string(input_.below(4)) + ", column " + std::string(input_.line()) + ": \"x\"";
      throw postgres::SqlError(refusal, std::string(sql));
    }
    return bytes;
  }
  postgres::Result run_unit(std::string_view statement,
                            const std::function<postgres::Result(postgres::Session&)>& work) override {
    look(statement);
    return work(*this);
  }
  postgres::Result run_batches(postgres::BatchedWork& work) override {
    look(work.statement());
    fuzz::succeeds([&] { work.script(); });
    work.follow(*this);
    return one_row({"1", "0"});
  }
  void begin_autocommit() override {}
  bool is_live() const override { return is_live_; }
  postgres::TransactionStatus transaction_status() const override {
    return postgres::TransactionStatus::in_transaction;
  }
  int server_version() const override { return 150000; }

 private:
  void look(std::string_view sql) const {
    if (!checks_) return;
    const PgQuerySplitResult result = pg_query_split_with_parser(std::string(sql).c_str());
    const bool is_read = !result.error;
    pg_query_free_split_result(result);
    fuzz::require(is_read, "PostgreSQL reads what is sent", sql);
  }
  [[noreturn]] void refuse(const char* sqlstate) {
    postgres::Diagnostics refusal;
    refusal.severity = "ERROR";
    refusal.sqlstate = sqlstate;
    refusal.message = input_.line();
    throw postgres::SqlError(refusal, "select 1");
  }
  std::string sample(const Words& words) {
    const std::size_t chosen = input_.below(words.size() + 1);
    return chosen == words.size() ? base::replace_all(std::string(input_.line()), std::string(1, '\0'), "")
                                  : words[chosen];
  }
  Column column() {
    static const Words names = {"id", "title", "a", "b", "it's", ""};
    const std::string& name = names[input_.below(names.size())];
    return {name, samples()[input_.below(samples().size())].first};
  }
  postgres::Result relation() {
    if (input_.below(8) == 7) return texts({});
    static const Words kinds = {"r", "r", "r", "p", "v", "f"};
    return one_row({"16384", "public", "t", kinds[input_.below(kinds.size())], input_.below(8) == 7 ? "t" : "f",
                    input_.below(8) == 7 ? "t" : "f"});
  }
  postgres::Result columns() {
    return texts({{"id", "20", "f", input_.below(4) == 3 ? "t" : "f"},
                  {"title", "25", "f", "f"},
                  {"price", "1700", "f", "f"},
                  {"tags", "1009", "f", "f"},
                  {"raw", "17", "f", "f"},
                  {"doc", "3802", "f", "f"},
                  {"size", "23", input_.below(4) == 3 ? "t" : "f", "f"}});
  }
  /// SELECT 3::bigint AS read, 1::bigint AS changed
  static postgres::Result numbers(std::string_view sql) {
    Words values;
    for (const std::string& part : base::split(std::string(sql.substr(7)), ','))
      values.emplace_back(base::trim(part.substr(0, part.find("::"))));
    return one_row(values);
  }
  postgres::Result any_rows() {
    auto rows = std::make_shared<Rows>();
    for (std::size_t left = input_.below(4) + (may_lack_columns_ ? 0 : 1); left > 0; --left)
      rows->columns_.push_back(column());
    for (std::size_t left = input_.below(4); left > 0; --left) {
      std::vector<std::optional<std::string>> row;
      for (const Column& each : rows->columns_) {
        const auto found = std::find_if(samples().begin(), samples().end(),
                                        [&each](const auto& known) { return known.first == each.type; });
        if (input_.below(4) == 3)
          row.emplace_back();
        else
          row.emplace_back(sample(found->second));
      }
      rows->rows_.push_back(std::move(row));
    }
    return postgres::Result(std::move(rows));
  }

  fuzz::Input& input_;
  const bool checks_, may_lack_columns_, is_live_;
  int asked_ = 0;
  std::vector<Column> described_;
};

/// What scripts may give beside plain values, and what they do with what they get.
constexpr const char* script_text = R"lua(
local trap = setmetatable({}, { __index = function() error("trap") end, __tostring = function() error("trap") end })
local self = {} self.self = self
local function rows() local n = 0 return function() n = n + 1 if n < 4 then return { n, "x" } end end end
local odd = {
  function() end,
  function(...) return ... end,
  function() error({}) end,
  function(row) row.title = "x" return "delete" end,
  function(row) row.price, row.tags, row.raw = row.id, { "a", db.null }, "\0\255" end,
  function(row) row.doc = json.encode({ row.id }) row.nosuch = 1 end,
  function(row) return row.title:upper() end,
  function() return 1, 2 end,
  function(rows) for _, row in ipairs(rows) do local _ = row.id end return rows end,
  function() return db.value("select 1") end,
  coroutine.create(function() end), coroutine.wrap(function() coroutine.yield({ 1 }) end),
  trap, self, { [1.5] = 1 }, { 1, x = 2 }, { 1, nil, 3 }, db.null, json.null, db, print,
}
local function use(f, ...)
  local result = f(...)
  tostring(result)
  if type(result) == "function" then
    for _ = 1, 5 do
      local row = result()
      if row == nil then break end
      pcall(function() return tostring(row.id) .. tostring(row.a) end)
      pcall(function() row.id = row.title end)
    end
  elseif type(result) == "table" then
    local ok, run = pcall(function() return result.run end)
    if ok and run then run() end
  end
end
return use, rows, odd
)lua";

class Script {
 public:
  Script() : state_(script::Surroundings()) {
    state_.protect("", [this](lua_State* lua) {
      state_.load(lua, script_text, "fuzz.lua");
      lua_call(lua, 0, 3);
      odd_ = luaL_ref(lua, LUA_REGISTRYINDEX);
      rows_ = luaL_ref(lua, LUA_REGISTRYINDEX);
      use_ = luaL_ref(lua, LUA_REGISTRYINDEX);
      lua_rawgeti(lua, LUA_REGISTRYINDEX, odd_);
      odd_count_ = lua_objlen(lua, -1);
    });
    for (const char* name :
         {"db.execute",    "db.value",      "db.row",      "db.rows",      "db.query",     "db.format",
          "db.savepoint",  "db.autocommit", "db.stream",   "db.copy_in",   "db.transform", "db.batches",
          "db.import_csv", "db.export_csv", "json.encode", "json.decode",  "log.info",     "log.warn",
          "print",         "env",           "require",     "irreversible", "migration",    "fix",
          "http.get",      "shell.run",     "files.read",  "files.write",  "schema.at",    "op.execute",
          "op.bulk_insert"})
      names_.emplace_back(name);
    for (const script::CheckType& check : script::all_checks()) {
      names_.push_back("check." + check.name);
      for (const auto& field : check.fields) check_keys_[names_.back()].push_back(field.name);
    }
    for (const schema::Question& question : schema::all_questions())
      names_.push_back(std::string("schema.") + question.name);
  }

  const std::string& known_name(std::string_view line) const {
    const auto found = std::find(names_.begin(), names_.end(), line);
    if (found != names_.end()) return *found;
    return names_[(line.empty() ? 0 : static_cast<unsigned char>(line.front())) % names_.size()];
  }

  void call(const std::string& name, fuzz::Input& input, postgres::Session& session) {
    const script::LuaState::WithSession with(state_, session);
    state_.protect("", [&](lua_State* lua) {
      lua_rawgeti(lua, LUA_REGISTRYINDEX, use_);
      state_.load(lua, "return " + name, "fuzz.lua");
      lua_call(lua, 0, 1);
      const std::size_t count = input.below(5);
      for (std::size_t i = 0; i < count; ++i) push(lua, name, input, 0);
      lua_call(lua, static_cast<int>(count) + 1, 0);
    });
    if (++calls_ % 100 == 0) state_.protect("", [](lua_State* lua) { lua_gc(lua, LUA_GCCOLLECT, 0); });
  }

 private:
  void push(lua_State* lua, const std::string& name, fuzz::Input& input, int depth) {
    luaL_checkstack(lua, 10, "arguments");
    const auto push_string = [lua](std::string_view text) { lua_pushlstring(lua, text.data(), text.size()); };
    switch (input.below(depth > 3 ? 12 : 20)) {
      case 0:
      case 1: return push_string(input.line());
      case 2: return push_string(queries[input.below(queries.size())]);
      case 3: return push_string(input.below(2) ? "t" : "id");
      case 4: return lua_pushnumber(lua, static_cast<double>(input.below(256)) - 100);
      case 5: {
        static const double odd[] = {0.5,
                                     -0.0,
                                     1e300,
                                     9007199254740993.0,
                                     std::numeric_limits<double>::quiet_NaN(),
                                     1e-300,
                                     std::numeric_limits<double>::infinity()};
        return lua_pushnumber(lua, odd[input.below(std::size(odd))]);
      }
      case 6: return lua_pushboolean(lua, static_cast<int>(input.below(2)));
      case 7: return lua_pushnil(lua);
      case 8: return script::push_integer(lua, std::numeric_limits<std::int64_t>::max());
      case 9: lua_rawgeti(lua, LUA_REGISTRYINDEX, rows_); return lua_call(lua, 0, 1);
      case 10:
      case 11: {
        lua_rawgeti(lua, LUA_REGISTRYINDEX, odd_);
        lua_rawgeti(lua, -1, static_cast<int>(1 + input.below(odd_count_)));
        return lua_remove(lua, -2);
      }
      case 12:
      case 13:
      case 14: {
        lua_newtable(lua);
        const std::size_t count = input.below(4);
        for (std::size_t i = 1; i <= count; ++i) {
          push(lua, name, input, depth + 1);
          lua_rawseti(lua, -2, static_cast<int>(i));
        }
        return;
      }
      default: {
        lua_newtable(lua);
        const auto own = check_keys_.find(name);
        const Words& known = own == check_keys_.end() ? keys : own->second;
        const std::size_t count = input.below(6);
        for (std::size_t i = 0; i < count; ++i) push_pair(lua, name, known, input, depth);
        if (input.below(2)) {
          lua_rawgeti(lua, LUA_REGISTRYINDEX, odd_);
          lua_rawgeti(lua, -1, static_cast<int>(1 + input.below(odd_count_)));
          lua_rawseti(lua, -3, 1);
          lua_pop(lua, 1);
        }
      }
    }
  }

  void push_pair(lua_State* lua, const std::string& name, const Words& known, fuzz::Input& input, int depth) {
    const std::size_t chosen = input.below(known.size() + 1);
    const std::string key = chosen == known.size() ? std::string(input.line()) : known[chosen];
    lua_pushlstring(lua, key.data(), key.size());
    if (key == "where") {
      // The author's own SQL, which is as good as he writes it.
      const std::string& condition = conditions[input.below(conditions.size())];
      lua_pushlstring(lua, condition.data(), condition.size());
    } else if (key == "table" && input.below(4) != 3) {
      lua_pushliteral(lua, "t");
    } else {
      push(lua, name, input, depth + 1);
    }
    lua_rawset(lua, -3);
  }

  script::LuaState state_;
  int use_ = 0, rows_ = 0, odd_ = 0, calls_ = 0;
  std::size_t odd_count_ = 0;
  Words names_;
  std::map<std::string, Words> check_keys_;
};

}  // namespace

FUZZ_TARGET(fuzz::Input input) {
  static Script script;
  const std::string& name = script.known_name(input.line());
  // The others send what the script itself has written.
  const bool is_ours = name == "db.copy_in" || name == "db.transform" || name.starts_with("schema.");
  Database database(input, is_ours, !is_ours && name.starts_with("db."));
  fuzz::succeeds([&] { script.call(name, input, database); });
}
