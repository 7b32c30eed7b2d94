// Opening a migration written in Lua.
#pragma once
#include <memory>
#include <string>

#include "script/migration.hpp"

namespace script {

void check_lua_syntax(const std::string& source, const std::string& shown_as);

std::unique_ptr<Migration> open_lua_migration(std::string source, const std::string& shown_as,
                                              const Surroundings& surroundings);

}  // namespace script
