// Runs a piece of Lua as an upgrade, or a whole file as a migration.
#pragma once
#include <string>

#include "base/error.hpp"
#include "base/files.hpp"
#include "script/migration.hpp"
#include "support/temporary_folder.hpp"

namespace tests {

/// "CODE place: message" of the error that `action` throws, or "" when it works.
template <class Action>
std::string outcome_of(Action action) {
  try {
    action();
  } catch (const base::Error& error) {
    return std::string(error.code().id) + " " + (error.places().empty() ? "" : error.places().front()) + ": " +
           error.what();
  }
  return "";
}

inline std::string run_file(const std::string& text, postgres::Session& session,
                            const script::Surroundings& surroundings = {}) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/m.lua";
  base::write_file(path, text);
  return outcome_of([&] { script::open_migration(path, "m.lua", surroundings)->upgrade(session); });
}

inline std::string run_upgrade(const std::string& body, postgres::Session& session,
                               const script::Surroundings& surroundings = {}) {
  return run_file("local m = migration { revision = 'a' }\nfunction m.upgrade()\n" + body + "\nend\nreturn m\n",
                  session, surroundings);
}

}  // namespace tests
