// A plugin's state: reads what plugin.lua declares, checks its options, and calls its functions by name.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/secrets.hpp"
#include "base/value_json.hpp"
#include "script/check_list.hpp"
#include "script/declaration.hpp"
#include "script/embedded.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"
#include "script/modules.hpp"
#include "script/plugin.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

std::vector<std::string> texts_in(const base::Value& table, const char* key) {
  std::vector<std::string> texts;
  for (const base::Value& each : table.list(key))
    if (const std::string* text = each.get_if<std::string>()) texts.push_back(*text);
  return texts;
}

std::vector<PluginPart> parts_in(const base::Value& table, const char* key) {
  std::vector<PluginPart> parts;
  for (const base::Value& each : table.list(key)) {
    PluginPart part{each.text("name"),  each.text("summary"), each.text("usage"),
                    each.text("doing"), each.text("ok"),      each.text("failed")};
    for (const base::Value& field : each.list("fields"))
      part.fields.push_back({field.text("name"), field.text("type"), field.text("doc"), field.is_true("required"), {}});
    parts.push_back(std::move(part));
  }
  return parts;
}

PluginInfo info_of(const base::Value& described) {
  PluginInfo info{described.text("name"),        described.text("version"),          described.text("summary"),
                  texts_in(described, "needs"),  texts_in(described, "hooks"),       {},
                  parts_in(described, "checks"), parts_in(described, "ops"),         parts_in(described, "commands"),
                  parts_in(described, "rules"),  described.is_true("has_preflight"), {}};
  for (const base::Value& each : described.list("options")) {
    const base::Value* fallback = each.find("default");
    info.options.push_back({each.text("name"), each.text("type"), each.text("doc"), each.is_true("required"),
                            each.is_true("secret"), fallback ? base::json_text(*fallback) : ""});
  }
  return info;
}

/// plugin { ... }: keeps the declaration and hands it back.
int declare(lua_State* lua) {
  if (!lua_istable(lua, 1)) throw Error(code::bad_plugin, "plugin takes one table");
  keep_declaration(lua);
  lua_settop(lua, 1);
  return 1;
}

int early_options(lua_State*) {
  throw Error(code::bad_plugin, "options can be read in hooks, checks, operations and commands")
      .because("the file itself is run before the configuration's values are known to fit");
}

int fail(lua_State* lua) { throw Error(code::bad_plugin, luaL_checkstring(lua, 1)).advise("waxwing help plugins"); }

class LuaPlugin final : public Plugin {
 public:
  LuaPlugin(const PluginSettings& settings, const Surroundings& surroundings)
      : path_(settings.path), state_(surroundings) {
    try {
      state_.protect("", [&](lua_State* lua) { load(lua, settings); });
    } catch (Error& error) {
      if (is_reading_options_)
        error.at("waxwing.lua, plugins")
            .advise(fmt::format("waxwing plugins {}    shows the options it takes", info_.name));
      else if (error.places().empty())
        error.at(path_);
      throw;
    }
  }

  const PluginInfo& info() const override { return info_; }

  bool has_hook(const std::string& name) const override {
    return std::find(info_.hooks.begin(), info_.hooks.end(), name) != info_.hooks.end();
  }

  void call_hook(const std::string& name, const base::Value& argument, postgres::Session* session) override {
    call(name, session, nullptr, [&](lua_State* lua) {
      push_function(lua, "hooks", name.c_str(), nullptr);
      push_value(lua, argument);
      lua_call(lua, 1, 0);
    });
  }

  std::vector<CheckInfo> preflight(const base::Value& step) override {
    call("preflight", nullptr, nullptr, [&](lua_State* lua) {
      checks_.clear(lua);
      push_function(lua, "preflight", nullptr, nullptr);
      push_value(lua, step);
      lua_call(lua, 1, 1);
      checks_ = CheckList::read(lua, "preflight()", path_);
    });
    return checks_.infos();
  }

  CheckOutcome run_preflight(std::size_t index, postgres::Session& session) override {
    return checks_.run(state_, index, session, "preflight");
  }

  std::optional<RuleViolation> run_rule(const std::string& name, const base::Value& statement) override {
    std::optional<RuleViolation> found;
    call("rule." + name, nullptr, nullptr, [&](lua_State* lua) {
      push_function(lua, "rules", name.c_str(), "run");
      push_value(lua, statement);
      lua_call(lua, 1, 2);
      if (lua_type(lua, -2) == LUA_TSTRING)
        found = {lua_tostring(lua, -2), lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : ""};
    });
    return found;
  }

  base::List take_findings() override {
    base::List findings;
    state_.protect("", [&](lua_State* lua) {
      lua_rawgeti(lua, LUA_REGISTRYINDEX, take_findings_);
      lua_call(lua, 0, 1);
      const base::Value list = to_value(lua, 1);
      if (const base::List* found = list.get_if<base::List>()) findings = *found;
    });
    return findings;
  }

  void run_operation(const std::string& name, const base::Value& arguments, postgres::Session& session,
                     Watcher& watcher) override {
    call("op." + name, &session, &watcher, [&](lua_State* lua) {
      check_arguments(lua, "op." + name, "ops", name, arguments);
      push_function(lua, "ops", name.c_str(), "run");
      push_value(lua, arguments);
      lua_call(lua, 1, 0);
    });
  }

  base::Value run_check(const std::string& name, const base::Value& arguments, postgres::Session& session) override {
    base::Value outcome;
    call("check." + name, &session, nullptr, [&](lua_State* lua) {
      push_function(lua, "checks", name.c_str(), "run");
      push_value(lua, arguments);
      push_check_tools(lua);
      lua_call(lua, 2, 1);
      if (!lua_istable(lua, -1)) {
        push_function(lua, "checks", name.c_str(), "run");
        lua_Debug where;
        lua_getinfo(lua, ">S", &where);
        throw Error(code::bad_plugin, fmt::format("check.{} returned no outcome", name))
            .at(fmt::format("{}:{}", path_, where.linedefined))
            .because("its run function returns { passed = true } or { passed = false, ... }")
            .advise("waxwing help plugins    shows what else an outcome may hold");
      }
      outcome = to_value(lua, lua_gettop(lua));
    });
    return outcome;
  }

  int run_command(const std::string& name, const std::vector<std::string>& words, postgres::Session* session) override {
    int status = 0;
    state_.print_results(true);
    call(name, session, nullptr, [&](lua_State* lua) {
      push_function(lua, "commands", name.c_str(), "run");
      push_words(lua, words);
      lua_call(lua, 1, 1);
      if (lua_isnumber(lua, -1)) {
        const double number = lua_tonumber(lua, -1);
        status = number >= 0 && number <= 255 ? static_cast<int>(number) : 1;
      }
      if (lua_isboolean(lua, -1) && !lua_toboolean(lua, -1)) status = 1;
    });
    return status;
  }

  std::vector<std::string> run_tests(const std::string& text, const std::string& shown_as,
                                     postgres::Session* session) override {
    std::vector<std::string> names;
    int tests = LUA_REFNIL;
    state_.protect("", [&](lua_State* lua) {
      push_real_globals(lua);
      push_declaration(lua);
      lua_setfield(lua, -2, "plugin");
      state_.load(lua, text, shown_as);
      lua_call(lua, 0, 1);
      if (!lua_istable(lua, -1)) throw Error(code::bad_plugin, shown_as + " returns no table of tests").at(shown_as);
      for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1))
        if (lua_type(lua, -2) == LUA_TSTRING && lua_isfunction(lua, -1)) names.emplace_back(lua_tostring(lua, -2));
      tests = luaL_ref(lua, LUA_REGISTRYINDEX);
    });
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) try {
        call(name, session, nullptr, [&](lua_State* lua) {
          lua_rawgeti(lua, LUA_REGISTRYINDEX, tests);
          lua_getfield(lua, -1, name.c_str());
          lua_call(lua, 0, 0);
        });
      } catch (Error& error) {
        error.headline(name + ": " + error.what());
        throw;
      }
    return names;
  }

 private:
  template <class Work>
  void call(const std::string& phase, postgres::Session* session, Watcher* watcher, Work work) {
    if (!session) return state_.protect(phase, work);
    const LuaState::WithSession with(state_, *session, watcher);
    state_.protect(phase, work);
  }

  /// A list of words; `--name` and `--name=value` become its fields.
  static void push_words(lua_State* lua, const std::vector<std::string>& words) {
    lua_newtable(lua);
    int position = 0;
    for (const std::string& word : words) {
      const std::size_t equals = word.find('=');
      if (!word.starts_with("--") || word.size() == 2) {
        lua_pushlstring(lua, word.data(), word.size());
        lua_rawseti(lua, -2, ++position);
        continue;
      }
      if (equals == std::string::npos)
        lua_pushboolean(lua, 1);
      else
        lua_pushlstring(lua, word.data() + equals + 1, word.size() - equals - 1);
      lua_setfield(lua, -2, word.substr(2, equals == std::string::npos ? equals : equals - 2).c_str());
    }
  }

  /// Pushes declaration[key], declaration[key][name] or declaration[key][name][part].
  static void push_function(lua_State* lua, const char* key, const char* name, const char* part) {
    push_declaration(lua);
    for (const char* each : {key, name, part}) {
      if (!each) continue;
      lua_pushstring(lua, each);
      lua_rawget(lua, -2);
      lua_remove(lua, -2);
    }
  }

  void load(lua_State* lua, const PluginSettings& settings) {
    push_real_globals(lua);
    for (const char* name : {"migration", "irreversible"}) {
      lua_pushnil(lua);
      lua_setfield(lua, 1, name);
    }
    lua_pushcfunction(lua, &guarded<&declare>);
    lua_setfield(lua, 1, "plugin");
    push_value(lua, settings.project);
    replace_by_view(lua, "project");
    lua_setfield(lua, 1, "project");
    push_reader(lua);
    const int reader = lua_gettop(lua);
    set_report(lua, reader);
    set_early_options(lua);
    state_.load(lua, settings.text, path_);
    lua_call(lua, 0, 0);
    read_declaration(lua, reader, settings);
  }

  void set_report(lua_State* lua, int reader) {
    lua_getfield(lua, reader, "report");
    lua_call(lua, 0, 2);
    take_findings_ = luaL_ref(lua, LUA_REGISTRYINDEX);
    replace_by_view(lua, "report");
    lua_setfield(lua, 1, "report");
  }

  static void set_early_options(lua_State* lua) {
    lua_newuserdata(lua, 0);
    lua_createtable(lua, 0, 2);
    lua_pushcfunction(lua, &guarded<&early_options>);
    lua_setfield(lua, -2, "__index");
    lua_pushliteral(lua, "locked");
    lua_setfield(lua, -2, "__metatable");
    lua_setmetatable(lua, -2);
    lua_setfield(lua, 1, "options");
  }

  /// Leaves the machinery of lua/plugin.lua on the stack.
  static void push_reader(lua_State* lua) {
    load_embedded(lua, "plugin.lua");
    push_runtime_host(lua, &guarded<&fail>);
    const auto list = [lua](const char* name, const std::vector<std::string>& words) {
      lua_newtable(lua);
      for (std::size_t i = 0; i < words.size(); ++i) {
        lua_pushstring(lua, words[i].c_str());
        lua_rawseti(lua, -2, static_cast<int>(i + 1));
      }
      lua_setfield(lua, -2, name);
    };
    list("hooks", plugin_hooks());
    list("capabilities", capabilities());
    lua_call(lua, 1, 1);
  }

  void read_declaration(lua_State* lua, int reader, const PluginSettings& settings) {
    push_declaration(lua);
    if (lua_isnil(lua, -1))
      throw Error(code::bad_plugin, "this file has no plugin { ... }").at(path_).advise("waxwing help plugins");
    lua_getfield(lua, reader, "declaration");
    lua_insert(lua, -2);
    lua_call(lua, 1, 0);
    lua_getfield(lua, reader, "describe");
    push_declaration(lua);
    lua_call(lua, 1, 1);
    info_ = info_of(to_value(lua, lua_gettop(lua)));
    info_.path = path_;
    std::vector<std::string> given;
    for (const std::string& need : info_.needs)
      if (std::find(settings.allowed.begin(), settings.allowed.end(), need) != settings.allowed.end())
        given.push_back(need);
    state_.allow(std::move(given));
    if (!settings.is_for_looking) read_options(lua, reader, settings);
  }

  void read_options(lua_State* lua, int reader, const PluginSettings& settings) {
    for (const PluginOption& option : info_.options)
      if (const std::string value = settings.options.text(option.name); option.secret && !value.empty())
        base::register_secret(value);
    lua_getfield(lua, reader, "options");
    push_declaration(lua);
    push_value(lua, settings.options);
    is_reading_options_ = true;
    lua_call(lua, 2, 1);
    is_reading_options_ = false;
    replace_by_view(lua, "options");
    push_real_globals(lua);
    lua_insert(lua, -2);
    lua_setfield(lua, -2, "options");
    lua_pop(lua, 1);
  }

  static void check_arguments(lua_State* lua, const std::string& what, const char* kind, const std::string& name,
                              const base::Value& arguments) {
    load_embedded(lua, "keys.lua");
    push_runtime_host(lua, &guarded<&fail>);
    lua_call(lua, 1, 1);
    lua_pushlstring(lua, what.data(), what.size());
    push_function(lua, kind, name.c_str(), "fields");
    push_value(lua, arguments);
    lua_call(lua, 3, 0);
  }

  const std::string path_;
  LuaState state_;
  PluginInfo info_;
  CheckList checks_;
  bool is_reading_options_ = false;
  /// The registry's key of the function that hands over what report.add has taken.
  int take_findings_ = LUA_REFNIL;
};

}  // namespace

const std::vector<std::string>& plugin_hooks() {
  static const std::vector<std::string> hooks = {
      "on_before_run", "on_before_migration", "on_before_op", "on_after_statement", "on_check", "on_after_migration",
      "on_error",      "on_after_run",        "on_backup",    "on_restore"};
  return hooks;
}

const std::vector<std::string>& capabilities() {
  static const std::vector<std::string> all = {"http", "shell", "files", "database", "database-write"};
  return all;
}

std::unique_ptr<Plugin> open_plugin(const PluginSettings& settings, const Surroundings& surroundings) {
  return std::make_unique<LuaPlugin>(settings, surroundings);
}

}  // namespace script
