// What people and editors read about the operations, made from their field lists.
#pragma once
#include <string>

#include "operations/operation.hpp"

namespace operations {

/// LuaCATS for editors: the text of lua/meta/op.gen.lua.
std::string lua_stub();
/// The text of docs/reference/operations.md.
std::string reference_markdown();
/// `waxwing help op NAME`: summary, keys and an example.
std::string help_text(const OperationType& type);

}  // namespace operations
