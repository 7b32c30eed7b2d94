// `require`, and the embedded runtime.
#include "script/modules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "script/lua_state.hpp"
#include "script/plugin.hpp"

struct waxwing_embedded_file {
  const char* name;
  const char* begin;
  const char* end;
};
extern "C" const waxwing_embedded_file embedded_lua[];
extern "C" const waxwing_embedded_file embedded_plugins[];

namespace script {

using base::Error;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

const char cache_key = 0;

/// "billing.rates" is billing/rates.lua; nothing else of a path is allowed in.
std::string file_of(const std::string& module) {
  for (const std::string& part : base::split(module, '.')) {
    const bool fine = !part.empty() && std::all_of(part.begin(), part.end(), [](unsigned char c) {
      return std::isalnum(c) || c == '_' || c == '-';
    });
    if (!fine)
      throw Error(code::module_not_found, fmt::format("\"{}\" is not the name of a module", module))
          .because("a name is words joined by dots: require \"billing.rates\"");
  }
  return base::replace_all(module, ".", "/") + ".lua";
}

/// The module's path, if it is inside one of the folders after links are followed.
std::string find_module(const Surroundings& surroundings, const std::string& module) {
  const std::string file = file_of(module);
  for (const std::string& folder : surroundings.module_folders) {
    std::error_code failure;
    const fs::path root = fs::canonical(folder, failure);
    if (failure) continue;
    const fs::path path = fs::canonical(root / file, failure);
    if (failure) continue;
    if (path.lexically_relative(root).native().starts_with(".."))
      throw Error(code::module_not_found, fmt::format("module \"{}\" leads out of the project", module))
          .at(path.string());
    return path.string();
  }
  throw Error(code::module_not_found, fmt::format("there is no module \"{}\"", module))
      .because(fmt::format("looked for {} in {}", file, base::join(surroundings.module_folders, ", ")))
      .advise("put it there, or name its folder in waxwing.lua: modules = { \"lib\" }");
}

/// Keeps a module's name while its file runs, so that modules that require each other end with an error.
class LoadingModule {
 public:
  LoadingModule(std::vector<std::string>& all, const std::string& module) : all_(all) {
    if (std::find(all.begin(), all.end(), module) != all.end())
      throw Error(code::script_error, fmt::format("module \"{}\" requires itself", module))
          .because("the modules are " + base::join(all, ", "));
    all.push_back(module);
  }
  ~LoadingModule() { all_.pop_back(); }
  LoadingModule(const LoadingModule&) = delete;
  LoadingModule& operator=(const LoadingModule&) = delete;

 private:
  std::vector<std::string>& all_;
};

int require(lua_State* lua) {
  if (lua_type(lua, 1) != LUA_TSTRING) throw Error(code::bad_argument, "require: the name of a module is expected");
  const std::string module = lua_tostring(lua, 1);
  lua_pushlightuserdata(lua, const_cast<char*>(&cache_key));
  lua_rawget(lua, LUA_REGISTRYINDEX);
  lua_getfield(lua, -1, module.c_str());
  if (!lua_isnil(lua, -1)) return 1;
  lua_pop(lua, 1);
  LuaState& state = LuaState::of(lua);
  const std::string path = find_module(state.surroundings(), module);
  const LoadingModule loading(state.modules_being_loaded(), module);
  const std::string shown = fs::path(path).lexically_relative(state.surroundings().project_folder).string();
  const std::string shown_as = shown.empty() || shown.starts_with("..") ? path : shown;
  state.load(lua, base::read_text_file(path, shown_as), shown_as);
  lua_call(lua, 0, 1);
  if (lua_isnil(lua, -1)) {
    lua_pop(lua, 1);
    lua_pushboolean(lua, 1);
  }
  lua_pushvalue(lua, -1);
  lua_setfield(lua, -3, module.c_str());
  return 1;
}

}  // namespace

std::optional<std::string> embedded_file(const std::string& name) {
  if (const char* folder = std::getenv("WAXWING_LUA_DIR"); folder && *folder) {
    const std::string path = std::string(folder) + "/" + name;
    if (base::file_exists(path)) return base::read_file(path);
  }
  for (const waxwing_embedded_file* file = embedded_lua; file->name; ++file)
    if (name == file->name) return std::string(file->begin, file->end);
  return std::nullopt;
}

std::vector<std::string> embedded_files(const std::string& folder) {
  std::vector<std::string> names;
  for (const waxwing_embedded_file* file = embedded_lua; file->name; ++file)
    if (std::string_view(file->name).starts_with(folder)) names.emplace_back(file->name);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> bundled_plugin(const std::string& name) {
  for (const waxwing_embedded_file* file = embedded_plugins; file->name; ++file)
    if (name + "/plugin.lua" == file->name) return std::string(file->begin, file->end);
  return std::nullopt;
}

std::vector<std::string> bundled_plugins() {
  std::vector<std::string> names;
  for (const waxwing_embedded_file* file = embedded_plugins; file->name; ++file)
    if (const std::string_view path = file->name; path.ends_with("/plugin.lua"))
      names.emplace_back(path.substr(0, path.find('/')));
  std::sort(names.begin(), names.end());
  return names;
}

void open_modules(lua_State* lua) {
  lua_pushlightuserdata(lua, const_cast<char*>(&cache_key));
  lua_newtable(lua);
  lua_rawset(lua, LUA_REGISTRYINDEX);
  lua_pushcfunction(lua, &guarded<&require>);
  lua_setglobal(lua, "require");
}

}  // namespace script
