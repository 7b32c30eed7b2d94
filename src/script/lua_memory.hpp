// The memory of a Lua state, within a limit.
#pragma once
#include <cstddef>
#include <lua.hpp>

#include "script/small_blocks.hpp"

namespace script {

/// Must outlive the state that it opens.
class LuaMemory {
 public:
  explicit LuaMemory(std::size_t limit) : limit_(limit) {}
  LuaMemory(const LuaMemory&) = delete;
  LuaMemory& operator=(const LuaMemory&) = delete;

  /// A state without libraries. Throws std::bad_alloc when the machine has no memory left, and code::out_of_memory when
  /// the limit is too small for Lua itself.
  lua_State* open();

 private:
  class Reserve;
  static void* allocate(void* memory, void* block, std::size_t old_size, std::size_t new_size);

  const std::size_t limit_;
  std::size_t used_ = 0;
  SmallBlocks small_;
  Reserve* reserve_ = nullptr;
};

/// Did the machine refuse memory to this thread since it opened its last state, whatever the state's limit? What a
/// statement did is then not known to the script, so it cannot go on.
bool memory_ran_out();
void set_memory_ran_out();

}  // namespace script
