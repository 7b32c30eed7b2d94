// `script { ... }` and s.run.
#include "script/script_file.hpp"

#include <algorithm>
#include <tuple>

#include "base/error.hpp"
#include "base/text.hpp"
#include "script/declaration.hpp"
#include "script/embedded.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

int fail(lua_State* lua) { throw Error(code::bad_script, luaL_checkstring(lua, 1)).advise("waxwing help run"); }

/// script { ... }: keeps the declaration and gives the table that run goes into.
int declare(lua_State* lua) {
  if (!lua_istable(lua, 1)) throw Error(code::bad_script, "script takes one table").advise("waxwing help run");
  keep_declaration(lua);
  lua_newtable(lua);
  return 1;
}

int declared_late(lua_State*) {
  throw Error(code::bad_script, "script { ... } stands in a line of its own, by this name")
      .advise("local s = script { name = ..., options = { ... } }");
}

/// Is the word in the line, on its own, with one of these characters behind it and any blanks?
bool has_word_before(std::string_view line, std::string_view word, std::string_view next) {
  constexpr std::string_view before = " \t=({,", blanks = " \t";
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    if (at > 0 && before.find(line[at - 1]) == std::string_view::npos) continue;
    const std::size_t behind = line.find_first_not_of(blanks, at + word.size());
    if (behind != std::string_view::npos && next.find(line[behind]) != std::string_view::npos) return true;
  }
  return false;
}

/// Must be known before anything of the file is run: without a declaration, running it is the work itself.
bool calls_script(const std::string& source) {
  for (const std::string& line : base::split(source, '\n'))
    if (has_word_before(std::string_view(line).substr(0, line.find("--")), "script", "({")) return true;
  return false;
}

int line_of_option(const std::string& source, const std::string& name) {
  int number = 0, declared = 0;
  for (const std::string& line : base::split(source, '\n')) {
    ++number;
    if (declared == 0 && calls_script(line)) declared = number;
    if (declared > 0 && has_word_before(line, name, "=")) return number;
  }
  return declared;
}

class LuaScript final : public ScriptFile {
 public:
  LuaScript(std::string source, const std::string& shown_as, const Surroundings& surroundings)
      : source_(std::move(source)), state_(surroundings) {
    info_.path = shown_as;
    info_.is_declared = calls_script(source_);
    state_.print_results(true);
    state_.protect("", [&](lua_State* lua) { load(lua); });
  }

  const ScriptInfo& info() const override { return info_; }
  const std::string& source() const override { return source_; }

  base::Value run(postgres::Session& session, Watcher* watcher, const postgres::Result& options,
                  const std::vector<std::string>& words) override {
    const LuaState::WithSession with(state_, session, watcher);
    base::Value returned;
    state_.protect(info_.is_declared ? "run" : "", [&](lua_State* lua) {
      if (!info_.is_declared) set_arg(lua, words);
      lua_rawgeti(lua, LUA_REGISTRYINDEX, function_);
      if (info_.is_declared) {
        if (options.empty())
          lua_newtable(lua);
        else
          push_row(lua, options, 0);
        push_words(lua, words);
      }
      lua_call(lua, info_.is_declared ? 2 : 0, 1);
      if (!lua_isnil(lua, -1)) returned = to_value(lua, lua_gettop(lua));
    });
    return returned;
  }

 private:
  void load(lua_State* lua) {
    push_real_globals(lua);
    for (const char* name : {"migration", "irreversible"}) {
      lua_pushnil(lua);
      lua_setfield(lua, -2, name);
    }
    if (info_.is_declared)
      lua_pushcfunction(lua, &guarded<&declare>);
    else
      lua_pushcfunction(lua, &guarded<&declared_late>);
    lua_setfield(lua, -2, "script");
    state_.load(lua, source_, info_.path);
    if (info_.is_declared) {
      lua_call(lua, 0, 1);
      read_declaration(lua, lua_gettop(lua));
    } else {
      function_ = luaL_ref(lua, LUA_REGISTRYINDEX);
    }
  }

  void read_declaration(lua_State* lua, int module) {
    load_embedded(lua, "script.lua");
    push_runtime_host(lua, &guarded<&fail>);
    lua_call(lua, 1, 1);
    push_declaration(lua);
    if (lua_isnil(lua, -1))
      throw Error(code::bad_script, "script { ... } was not called while the file was read").at(info_.path);
    lua_call(lua, 1, 1);
    describe(to_value(lua, lua_gettop(lua)));
    if (!lua_istable(lua, module))
      throw Error(code::bad_script, "the script does not return its table")
          .at(info_.path)
          .advise("its last line must be: return s");
    lua_getfield(lua, module, "run");
    if (!lua_isfunction(lua, -1))
      throw Error(code::bad_script, "the script has no function run")
          .at(info_.path)
          .advise("function s.run(options, words) ... end");
    function_ = luaL_ref(lua, LUA_REGISTRYINDEX);
  }

  void describe(const base::Value& described) {
    info_.name = described.text("name");
    info_.about = described.text("about");
    info_.needs_revision = described.text("needs_revision");
    info_.writes = described.is_true("write");
    for (const base::Value& each : described.list("options")) {
      ScriptOption option{each.text("name"),        each.text("doc"),       each.text("type"),
                          each.is_true("required"), each.is_true("secret"), {}};
      option.fallback = fallback_of(each.find("default"));
      option.line = line_of_option(source_, option.name);
      info_.options.push_back(std::move(option));
    }
    std::sort(info_.options.begin(), info_.options.end(), [](const ScriptOption& a, const ScriptOption& b) {
      return std::tie(a.line, a.name) < std::tie(b.line, b.name);
    });
  }

  static std::optional<std::string> fallback_of(const base::Value* value) {
    if (!value) return std::nullopt;
    if (const std::string* text = value->get_if<std::string>()) return *text;
    if (const bool* yes = value->get_if<bool>()) return *yes ? "true" : "false";
    if (const std::int64_t* number = value->get_if<std::int64_t>()) return std::to_string(*number);
    if (const double* number = value->get_if<double>()) return number_text(*number);
    return std::nullopt;
  }

  static void push_words(lua_State* lua, const std::vector<std::string>& words) {
    lua_createtable(lua, static_cast<int>(words.size()), 0);
    for (std::size_t i = 0; i < words.size(); ++i) {
      lua_pushlstring(lua, words[i].data(), words[i].size());
      lua_rawseti(lua, -2, static_cast<int>(i) + 1);
    }
  }

  /// As Lua itself gives a program its words.
  void set_arg(lua_State* lua, const std::vector<std::string>& words) const {
    push_real_globals(lua);
    push_words(lua, words);
    lua_pushlstring(lua, info_.path.data(), info_.path.size());
    lua_rawseti(lua, -2, 0);
    lua_setfield(lua, -2, "arg");
    lua_pop(lua, 1);
  }

  const std::string source_;
  ScriptInfo info_;
  LuaState state_;
  int function_ = LUA_REFNIL;
};

}  // namespace

std::string ScriptOption::flag() const { return "--" + base::replace_all(name, "_", "-"); }

std::unique_ptr<ScriptFile> open_script(std::string source, const std::string& shown_as,
                                        const Surroundings& surroundings) {
  return std::make_unique<LuaScript>(std::move(source), shown_as, surroundings);
}

}  // namespace script
