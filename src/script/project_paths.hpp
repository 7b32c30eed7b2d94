// Where scripts may read and write files: inside of the project.
#pragma once
#include <lua.hpp>
#include <string>
#include <string_view>

namespace script {

/// The absolute path of a file that a script names, links followed. `function` is "files.read". Throws
/// code::not_allowed without the capability "files", and when the path leads out of the project.
std::string project_path(lua_State* lua, std::string_view given, const std::string& function);

}  // namespace script
