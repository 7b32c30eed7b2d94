// `files`: text files inside the project's folder, for scripts that are allowed to use them.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/files.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"
#include "script/project_paths.hpp"

namespace script {

using base::Error;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

std::string path_of(lua_State* lua, const char* function) {
  std::size_t size = 0;
  const char* text = lua_type(lua, 1) == LUA_TSTRING ? lua_tolstring(lua, 1, &size) : nullptr;
  return project_path(lua, {text ? text : "", size}, std::string("files.") + function);
}

std::string_view text_argument(lua_State* lua, int index, const char* function) {
  if (lua_type(lua, index) != LUA_TSTRING)
    throw Error(code::bad_argument, fmt::format("files.{}: a string is expected", function));
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, index, &size);
  return {text, size};
}

void put(const std::string& path, std::string_view text, std::ios::openmode mode) {
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  errno = 0;
  std::ofstream file(path, std::ios::binary | mode);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) throw Error(code::cannot_write_file, "cannot write " + path).because(std::strerror(errno));
}

int read(lua_State* lua) {
  const std::string text = base::read_file(path_of(lua, "read"));
  lua_pushlstring(lua, text.data(), text.size());
  return 1;
}

int write(lua_State* lua) {
  put(path_of(lua, "write"), text_argument(lua, 2, "write"), std::ios::trunc);
  return 0;
}

int append(lua_State* lua) {
  put(path_of(lua, "append"), text_argument(lua, 2, "append"), std::ios::app);
  return 0;
}

int exists(lua_State* lua) {
  lua_pushboolean(lua, base::file_exists(path_of(lua, "exists")));
  return 1;
}

}  // namespace

std::string project_path(lua_State* lua, std::string_view given, const std::string& function) {
  require_capability(lua, "files");
  if (given.empty() || given.find('\0') != std::string_view::npos)
    throw Error(code::bad_argument, fmt::format("{}: the path of a file is expected", function));
  std::error_code failure;
  const fs::path root = fs::weakly_canonical(LuaState::of(lua).surroundings().project_folder, failure);
  const fs::path path = fs::weakly_canonical(root / given, failure);
  if (failure || path.lexically_relative(root).native().starts_with(".."))
    throw Error(code::not_allowed, fmt::format("{}: \"{}\" leads out of the project", function, given));
  return path.string();
}

void open_files(lua_State* lua) {
  lua_newtable(lua);
  const luaL_Reg functions[] = {{"read", &guarded<&read>},
                                {"write", &guarded<&write>},
                                {"append", &guarded<&append>},
                                {"exists", &guarded<&exists>},
                                {nullptr, nullptr}};
  luaL_register(lua, nullptr, functions);
  lua_setglobal(lua, "files");
}

}  // namespace script
