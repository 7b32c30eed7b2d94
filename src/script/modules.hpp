// Lua text that a state can load: the runtime inside the program, and the project's own modules.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace script {

/// A file of lua/ ("check.lua", "checks/no_rows.lua") as it is in the program, or in the folder WAXWING_LUA_DIR names.
std::optional<std::string> embedded_file(const std::string& name);
/// Names of all embedded files below a folder, sorted.
std::vector<std::string> embedded_files(const std::string& folder);

}  // namespace script
