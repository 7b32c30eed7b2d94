// Reads an operation's call as a script writes it, with plain LuaJIT: the test needs no higher floor.
#pragma once
#include <string>

#include "base/value.hpp"

namespace tests {

struct LuaCall {
  std::string name;
  base::Value arguments;
};

/// Evaluates `op.name { ... }` or `op.name("...")`. Throws std::runtime_error with Lua's message.
LuaCall evaluate_call(const std::string& lua);

}  // namespace tests
