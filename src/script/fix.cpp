// `fix { ... }`, f.preflight, f.run and f.verify.
#include "script/fix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "script/check_list.hpp"
#include "script/declaration.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

const std::vector<std::string> module_keys = {"preflight", "run", "verify"};
const std::vector<std::string> header_keys = {"name",
                                              "reason",
                                              "ticket",
                                              "params",
                                              "expect_rows",
                                              "needs_revision",
                                              "touches",
                                              "identify_by",
                                              "lock_timeout_ms",
                                              "retry_deadline_ms",
                                              "statement_timeout_ms",
                                              "row_lock_timeout_ms",
                                              "row_statement_timeout_ms"};

/// fix { name = ..., reason = ..., touches = { ... } }
int fix(lua_State* lua) {
  if (!lua_istable(lua, 1)) throw Error(code::bad_fix, "fix takes one table");
  keep_declaration(lua);
  push_module(lua, "a fix", module_keys);
  return 1;
}

std::string text_of(const base::Value* value, const char* key, bool is_required = false) {
  if ((!value || value->is_nil()) && !is_required) return {};
  const std::string* text = value ? value->get_if<std::string>() : nullptr;
  if (!text || (is_required && base::trim(*text).empty()))
    throw Error(code::bad_fix, fmt::format("{} must be a text", key));
  return *text;
}

std::vector<std::string> texts_of(const base::Value* value, const std::string& key) {
  if (!value || value->is_nil()) return {};
  if (const std::string* one = value->get_if<std::string>()) return {*one};
  std::vector<std::string> texts;
  const base::List* list = value->get_if<base::List>();
  for (const base::Value& each : list ? *list : base::List{})
    if (const std::string* text = each.get_if<std::string>()) texts.push_back(*text);
  if (!list || texts.size() != list->size()) throw Error(code::bad_fix, key + " must be a list of names");
  return texts;
}

std::optional<long long> count_of(const base::Value* value, const char* key) {
  if (!value || value->is_nil()) return std::nullopt;
  const std::int64_t* number = value->get_if<std::int64_t>();
  if (!number || *number < 0) throw Error(code::bad_fix, fmt::format("{} must be a number of rows", key));
  return *number;
}

bool flag_of(const base::Value& table, const char* key) {
  const base::Value* value = table.find(key);
  if (!value || value->is_nil()) return false;
  if (const bool* yes = value->get_if<bool>()) return *yes;
  throw Error(code::bad_fix, fmt::format("{} must be true or false", key));
}

/// `{ "Tenant id", type = "uuid" }` is list and map at once, which no value is: the text is moved to `doc`.
void name_docs(lua_State* lua, int header) {
  lua_getfield(lua, header, "params");
  if (lua_istable(lua, -1))
    for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1)) {
      if (!lua_istable(lua, -1)) continue;
      lua_rawgeti(lua, -1, 1);
      if (lua_isnil(lua, -1)) {
        lua_pop(lua, 1);
        continue;
      }
      lua_setfield(lua, -2, "doc");
      lua_pushnil(lua);
      lua_rawseti(lua, -2, 1);
    }
  lua_pop(lua, 1);
}

FixParameter parameter_of(const std::string& name, const base::Value& value) {
  static const std::vector<std::string> keys = {"doc", "type", "required", "secret", "default"};
  FixParameter parameter;
  parameter.name = name;
  if (const std::string* type = value.get_if<std::string>()) {
    parameter.type = *type;
    return parameter;
  }
  const base::Map* map = value.get_if<base::Map>();
  if (!map && !(value.get_if<base::List>() && value.get_if<base::List>()->empty()))
    throw Error(code::bad_fix, fmt::format("params.{} must be a table", name))
        .advise("params = { " + name + " = { \"What it is\", type = \"text\", required = true } }");
  for (const auto& [key, unused] : map ? *map : base::Map{})
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      throw Error(code::bad_fix,
                  fmt::format("params.{} has no \"{}\"{}", name, key, base::did_you_mean_suffix(key, keys)));
  parameter.doc = text_of(value.find("doc"), "doc");
  if (const std::string type = text_of(value.find("type"), "type"); !type.empty()) parameter.type = type;
  parameter.is_required = flag_of(value, "required");
  parameter.is_secret = flag_of(value, "secret");
  if (const base::Value* fallback = value.find("default"); fallback && !fallback->is_nil()) {
    if (const std::string* text = fallback->get_if<std::string>())
      parameter.fallback = *text;
    else if (const std::int64_t* number = fallback->get_if<std::int64_t>())
      parameter.fallback = std::to_string(*number);
    else if (const bool* yes = fallback->get_if<bool>())
      parameter.fallback = *yes ? "true" : "false";
    else
      throw Error(code::bad_fix, fmt::format("params.{}.default must be a text, an integer or a boolean", name));
  }
  return parameter;
}

FixHeader header_of(const base::Value& table) {
  FixHeader header;
  if (const base::Map* map = table.get_if<base::Map>())
    for (const auto& [key, unused] : *map)
      if (std::find(header_keys.begin(), header_keys.end(), key) == header_keys.end())
        throw Error(code::bad_fix, fmt::format("fix has no \"{}\"{}", key, base::did_you_mean_suffix(key, header_keys)))
            .because("its keys are " + base::join(header_keys, ", "));
  header.name = text_of(table.find("name"), "name", true);
  header.reason = text_of(table.find("reason"), "reason", true);
  header.ticket = text_of(table.find("ticket"), "ticket");
  header.needs_revision = text_of(table.find("needs_revision"), "needs_revision");
  header.touches = texts_of(table.find("touches"), "touches");
  if (header.touches.empty())
    throw Error(code::bad_fix, "touches must name the tables that the fix changes").advise("touches = { \"orders\" }");
  if (const base::Value* rows = table.find("expect_rows"); rows && rows->get_if<std::int64_t>())
    header.least_rows = header.most_rows = count_of(rows, "expect_rows");
  else if (rows && !rows->is_nil()) {
    header.least_rows = count_of(rows->find("min"), "expect_rows.min");
    header.most_rows = count_of(rows->find("max"), "expect_rows.max");
    if (!header.least_rows && !header.most_rows)
      throw Error(code::bad_fix, "expect_rows must be a number or { min = ..., max = ... }");
  }
  if (const base::Value* params = table.find("params"))
    if (const base::Map* map = params->get_if<base::Map>())
      for (const auto& [name, value] : *map) header.parameters.push_back(parameter_of(name, value));
  std::sort(header.parameters.begin(), header.parameters.end(),
            [](const FixParameter& a, const FixParameter& b) { return a.name < b.name; });
  if (const base::Value* identify = table.find("identify_by"); identify && !identify->is_nil()) {
    if (const base::Map* map = identify->get_if<base::Map>())
      for (const auto& [name, columns] : *map) header.identify_by[name] = texts_of(&columns, "identify_by." + name);
    else if (header.touches.size() == 1)
      header.identify_by[header.touches[0]] = texts_of(identify, "identify_by");
    else
      throw Error(code::bad_fix, "identify_by must name columns by table")
          .advise("identify_by = { " + header.touches[0] + " = { \"code\" } }");
  }
  return header;
}

class LuaFix final : public Fix {
 public:
  LuaFix(std::string source, const std::string& shown_as, const Surroundings& surroundings)
      : source_(std::move(source)), state_(surroundings) {
    checksum_ = base::sha256_hex(base::normal_form(source_));
    revision_.path = shown_as;
    state_.protect("", [&](lua_State* lua) {
      state_.load(lua, source_, shown_as);
      lua_call(lua, 0, 1);
      push_declaration(lua);
      if (lua_isnil(lua, -1)) throw Error(code::bad_fix, "this file has no fix { ... }").at(shown_as);
      name_docs(lua, lua_gettop(lua));
      metadata_ = to_value(lua, -1);
      lua_pop(lua, 1);
      header_ = header_of(metadata_);
      if (!lua_istable(lua, 1))
        throw Error(code::bad_fix, "the fix does not return its table")
            .at(shown_as)
            .advise("its last line must be: return f");
      preflight_ = read_checks(lua, "preflight");
      verify_ = read_checks(lua, "verify");
      lua_getfield(lua, 1, "run");
      if (!lua_isfunction(lua, -1))
        throw Error(code::bad_fix, "the fix has no function run").at(shown_as).advise("function f.run(params) ... end");
      run_ = luaL_ref(lua, LUA_REGISTRYINDEX);
    });
    revision_.id = header_.name;
    revision_.message = header_.reason;
  }

  const FixHeader& fix() const override { return header_; }
  void set_parameters(postgres::Result values) override { values_ = std::move(values); }
  const revisions::Revision& header() const override { return revision_; }
  const std::string& checksum() const override { return checksum_; }
  const std::string& source() const override { return source_; }
  std::vector<CheckInfo> preflight() const override { return preflight_.infos(); }
  std::vector<CheckInfo> verify() const override { return verify_.infos(); }
  CheckOutcome run_preflight(std::size_t index, postgres::Session& session) override {
    return preflight_.run(state_, index, session, "preflight");
  }
  CheckOutcome run_verify(std::size_t index, postgres::Session& session) override {
    return verify_.run(state_, index, session, "verify");
  }
  bool has_downgrade() const override { return false; }
  void upgrade(postgres::Session& session) override {
    const LuaState::WithSession with(state_, session);
    state_.protect("run", [&](lua_State* lua) {
      lua_rawgeti(lua, LUA_REGISTRYINDEX, run_);
      if (values_.empty())
        lua_newtable(lua);
      else
        push_row(lua, values_, 0);
      lua_call(lua, 1, 0);
    });
  }
  void downgrade(postgres::Session&) override {}
  const base::Value& metadata() const override { return metadata_; }

 private:
  CheckList read_checks(lua_State* lua, const char* section) const {
    lua_getfield(lua, 1, section);
    CheckList list = CheckList::read(lua, std::string("f.") + section, revision_.path);
    lua_pop(lua, 1);
    return list;
  }

  std::string source_, checksum_;
  LuaState state_;
  FixHeader header_;
  revisions::Revision revision_;
  base::Value metadata_;
  CheckList preflight_, verify_;
  int run_ = LUA_REFNIL;
  postgres::Result values_;
};

}  // namespace

void open_fixes(lua_State* lua) {
  lua_pushcfunction(lua, &guarded<&fix>);
  lua_setglobal(lua, "fix");
}

std::unique_ptr<Fix> open_fix(const std::string& path, const std::string& shown_as, const Surroundings& surroundings) {
  return std::make_unique<LuaFix>(base::read_text_file(path, shown_as), shown_as, surroundings);
}

}  // namespace script
