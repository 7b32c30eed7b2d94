// A list of checks as a script declares it: m.preflight, m.verify, what a plugin's preflight() returns.
#pragma once
#include <string>
#include <vector>

#include "script/lua_state.hpp"
#include "script/migration.hpp"

namespace script {

/// What a check returns to Lua, `{ passed = true, text = "...", lines = {...}, advice = "...", skipped = true }`, as
/// the program sees it.
CheckOutcome outcome_of(base::Value found);

class CheckList {
 public:
  /// Reads the list on top of the stack, nil for none; it stays there. `name` ("m.preflight") and `path` are for
  /// errors.
  static CheckList read(lua_State* lua, const std::string& name, const std::string& path);

  std::vector<CheckInfo> infos() const;
  std::size_t size() const { return checks_.size(); }
  /// Runs one of them. `phase` and `path` name the place of a failure.
  CheckOutcome run(LuaState& state, std::size_t index, postgres::Session& session, const std::string& phase) const;
  /// Lets go of the functions.
  void clear(lua_State* lua);

 private:
  struct Check {
    CheckInfo info;
    int run = LUA_REFNIL;
  };
  std::vector<Check> checks_;
  std::string path_;
};

}  // namespace script
