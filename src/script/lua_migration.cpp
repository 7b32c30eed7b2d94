// A migration written in Lua: `migration { ... }`, checks, upgrade, downgrade.
#include "script/lua_migration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "revisions/header.hpp"
#include "revisions/warnings.hpp"
#include "script/check_list.hpp"
#include "script/declaration.hpp"
#include "script/guide.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

const std::vector<std::string> module_keys = {"preflight", "upgrade", "verify", "downgrade", "guide"};

/// migration { revision = ..., ... }
int migration(lua_State* lua) {
  if (!lua_istable(lua, 1)) throw Error(code::bad_header, "migration takes one table");
  keep_declaration(lua);
  push_module(lua, "a migration", module_keys);
  return 1;
}

/// irreversible("reason"), as the value of m.downgrade.
int irreversible(lua_State* lua) {
  if (lua_type(lua, 1) != LUA_TSTRING)
    throw Error(code::bad_argument, "irreversible takes the reason").advise("m.downgrade = irreversible(\"...\")");
  lua_createtable(lua, 0, 1);
  lua_pushvalue(lua, 1);
  lua_setfield(lua, -2, "irreversible");
  return 1;
}

std::vector<std::string> id_list(const base::Value* value, const char* key, const std::string& path) {
  if (!value || value->is_nil()) return {};
  if (const std::string* one = value->get_if<std::string>()) return {*one};
  std::vector<std::string> ids;
  if (const base::List* list = value->get_if<base::List>())
    for (const base::Value& each : *list) {
      const std::string* id = each.get_if<std::string>();
      if (!id) break;
      ids.push_back(*id);
    }
  if (const base::List* list = value->get_if<base::List>(); list && ids.size() == list->size()) return ids;
  throw Error(code::bad_header, fmt::format("{} must be a string or a list of strings", key)).at(path);
}

std::string doc_line(const std::string& source) {
  for (const std::string& line : base::split(source, '\n')) {
    const std::string_view text = base::trim(line);
    if (text.starts_with("---") && !text.starts_with("----")) return std::string(base::trim(text.substr(3)));
    if (!text.empty() && !text.starts_with("--") && !text.starts_with("#!")) break;
  }
  return {};
}

class LuaMigration final : public Migration {
 public:
  LuaMigration(std::string source, const std::string& shown_as, const Surroundings& surroundings)
      : source_(std::move(source)), state_(surroundings) {
    state_.protect("", [&](lua_State* lua) {
      state_.load(lua, source_, shown_as);
      lua_call(lua, 0, 1);
      read_header(lua, shown_as);
      if (!lua_istable(lua, 1))
        throw Error(code::bad_header, "the migration does not return its table")
            .at(shown_as)
            .advise("its last line must be: return m");
      read_irreversible(lua);
      read_guide(lua);
      preflight_ = read_checks(lua, "preflight");
      verify_ = read_checks(lua, "verify");
      upgrade_ = keep_function(lua, "upgrade");
      downgrade_ = keep_function(lua, "downgrade");
    });
  }

  const revisions::Revision& header() const override { return header_; }
  const std::string& checksum() const override {
    if (checksum_.empty()) checksum_ = base::sha256_hex(base::normal_form(source_));
    return checksum_;
  }
  const std::string& source() const override { return source_; }
  std::vector<CheckInfo> preflight() const override { return preflight_.infos(); }
  std::vector<CheckInfo> verify() const override { return verify_.infos(); }
  CheckOutcome run_preflight(std::size_t index, postgres::Session& session) override {
    return preflight_.run(state_, index, session, "preflight");
  }
  CheckOutcome run_verify(std::size_t index, postgres::Session& session) override {
    return verify_.run(state_, index, session, "verify");
  }
  bool has_downgrade() const override { return downgrade_ != LUA_REFNIL; }
  void upgrade(postgres::Session& session) override { run("upgrade", upgrade_, session); }
  void downgrade(postgres::Session& session) override { run("downgrade", downgrade_, session); }
  const base::Value& metadata() const override { return metadata_; }
  const base::Value& guide() const override { return guide_; }

 private:
  void read_header(lua_State* lua, const std::string& shown_as) {
    push_declaration(lua);
    if (lua_isnil(lua, -1)) throw Error(code::bad_header, "this file has no migration { ... }").at(shown_as);
    const base::Value table = to_value(lua, -1);
    lua_pop(lua, 1);
    header_.id = table.text("revision");
    if (header_.id.empty()) throw Error(code::bad_header, "revision must be a string that is not empty").at(shown_as);
    header_.revises = id_list(table.find("revises"), "revises", shown_as);
    header_.depends_on = id_list(table.find("depends_on"), "depends_on", shown_as);
    header_.labels = id_list(table.find("labels"), "labels", shown_as);
    header_.message = table.text("message");
    if (header_.message.empty()) header_.message = doc_line(source_);
    header_.path = shown_as;
    header_.transactional = table.text("transaction") != "none";
    for (const char* flag : {"breaking", "downtime", "backup_required"})
      if (const base::Value* value = table.find(flag)) revisions::take_flag(header_, flag, *value);
    static const std::vector<std::string> own = {"revision", "revises", "depends_on",
                                                 "labels",   "message", "transaction"};
    base::Map metadata;
    if (const base::Map* map = table.get_if<base::Map>())
      for (const auto& [key, value] : *map)
        if (std::find(own.begin(), own.end(), key) == own.end()) {
          revisions::refuse_misspelt_key(key, shown_as);
          metadata.emplace_back(key, value);
        }
    std::sort(metadata.begin(), metadata.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    metadata_ = std::move(metadata);
  }

  /// Pushes m[key]; m is at the bottom of the stack.
  static void push_field_of_module(lua_State* lua, const char* key) {
    lua_pushstring(lua, key);
    lua_rawget(lua, 1);
  }

  static int keep_function(lua_State* lua, const char* key) {
    push_field_of_module(lua, key);
    if (lua_isfunction(lua, -1)) return luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_pop(lua, 1);
    return LUA_REFNIL;
  }

  void read_irreversible(lua_State* lua) {
    push_field_of_module(lua, "downgrade");
    if (lua_istable(lua, -1)) {
      lua_getfield(lua, -1, "irreversible");
      if (const char* reason = lua_tostring(lua, -1)) header_.irreversible = reason;
      lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
  }

  void read_guide(lua_State* lua) {
    push_field_of_module(lua, "guide");
    if (!lua_isnil(lua, -1)) guide_ = to_value(lua, -1);
    lua_pop(lua, 1);
    check_guide(guide_, header_.path);
  }

  CheckList read_checks(lua_State* lua, const char* section) const {
    push_field_of_module(lua, section);
    CheckList list = CheckList::read(lua, std::string("m.") + section, header_.path);
    lua_pop(lua, 1);
    return list;
  }

  void run(const char* name, int function, postgres::Session& session) {
    if (function == LUA_REFNIL)
      throw Error(code::bad_header, fmt::format("the migration has no {} function", name))
          .at(header_.path)
          .advise(fmt::format("function m.{}() ... end", name));
    const LuaState::WithSession with(state_, session);
    state_.protect(name, [&](lua_State* lua) {
      lua_rawgeti(lua, LUA_REGISTRYINDEX, function);
      lua_call(lua, 0, 0);
    });
  }

  std::string source_;
  mutable std::string checksum_;
  LuaState state_;
  revisions::Revision header_;
  base::Value metadata_, guide_;
  /// What to run is kept when the file is read: a script that changes its own table later changes nothing here.
  CheckList preflight_, verify_;
  int upgrade_ = LUA_REFNIL, downgrade_ = LUA_REFNIL;
};

}  // namespace

void open_migration(lua_State* lua) {
  lua_pushcfunction(lua, &guarded<&migration>);
  lua_setglobal(lua, "migration");
  lua_pushcfunction(lua, &guarded<&irreversible>);
  lua_setglobal(lua, "irreversible");
}

std::unique_ptr<Migration> open_lua_migration(std::string source, const std::string& shown_as,
                                              const Surroundings& surroundings) {
  return std::make_unique<LuaMigration>(std::move(source), shown_as, surroundings);
}

void check_lua_syntax(const std::string& source, const std::string& shown_as) {
  // Compiling needs no library, and the state can serve every file.
  static const std::unique_ptr<lua_State, decltype(&lua_close)> compiler(luaL_newstate(), &lua_close);
  if (!compiler) throw std::bad_alloc();
  load_text(compiler.get(), source, shown_as);
  lua_settop(compiler.get(), 0);
}

revisions::Revision evaluate_header(const std::string& text, const std::string& path,
                                    const Surroundings& surroundings) {
  return LuaMigration(text, path, surroundings).header();
}

}  // namespace script
