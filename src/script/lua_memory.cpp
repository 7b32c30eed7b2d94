// lua_newstate of LuaJIT 2.1 crashes in its own clean-up when memory ends in the middle of it.
#include "script/lua_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>

#include "base/error.hpp"

namespace script {

namespace {

thread_local bool has_no_memory = false;

}  // namespace

bool memory_ran_out() { return has_no_memory; }
void set_memory_ran_out() { has_no_memory = true; }

/// Stands in for the machine while a state is opened, so that it is opened whole and can be closed again.
class LuaMemory::Reserve {
 public:
  bool owns(const void* block) const {
    return !std::less<>()(block, static_cast<const void*>(bytes_)) &&
           std::less<>()(block, static_cast<const void*>(bytes_ + sizeof bytes_));
  }
  void* take(std::size_t size) {
    const std::size_t rounded =
        (size + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);
    if (rounded > sizeof bytes_ - taken_) return nullptr;
    void* block = bytes_ + taken_;
    taken_ += rounded;
    return block;
  }
  bool is_used() const { return taken_ > 0; }

 private:
  alignas(std::max_align_t) char bytes_[256 * 1024];
  std::size_t taken_ = 0;
};

void* LuaMemory::allocate(void* memory, void* block, std::size_t old_size, std::size_t new_size) {
  auto& self = *static_cast<LuaMemory*>(memory);
  const bool is_small = block && self.small_.owns(block);
  const bool is_reserved = !is_small && self.reserve_ && self.reserve_->owns(block);
  const auto release = [&] {
    if (is_small)
      self.small_.give_back(block, old_size);
    else if (!is_reserved)
      std::free(block);
  };
  if (new_size == 0) {
    if (!block) return nullptr;
    self.used_ -= old_size;
    release();
    return nullptr;
  }
  const std::size_t before = block ? old_size : 0;
  if (new_size > before && !self.reserve_ && self.used_ + (new_size - before) > self.limit_) return nullptr;
  const bool stays = is_small && SmallBlocks::is_same_size(old_size, new_size);
  void* fresh = stays ? block : nullptr;
  bool is_moved = false;
  if (!stays && (!block || is_small)) {
    if (new_size <= SmallBlocks::largest) fresh = self.small_.take(new_size);
    if (!fresh) fresh = std::malloc(new_size);
    is_moved = block && fresh;
  } else if (!stays && !is_reserved) {
    fresh = std::realloc(block, new_size);
  }
  if (!fresh) {
    has_no_memory = true;
    fresh = self.reserve_ ? self.reserve_->take(new_size) : nullptr;
    if (!fresh) return nullptr;
    is_moved = block != nullptr;
  }
  if (is_moved) {
    std::memcpy(fresh, block, std::min(before, new_size));
    release();
  }
  self.used_ += new_size - before;
  return fresh;
}

lua_State* LuaMemory::open() {
  has_no_memory = false;
  Reserve reserve;
  reserve_ = &reserve;
  lua_State* lua = lua_newstate(&LuaMemory::allocate, this);
  const bool is_too_small = used_ > limit_;
  if (lua && (reserve.is_used() || is_too_small)) {
    lua_close(lua);
    lua = nullptr;
  }
  reserve_ = nullptr;
  if (lua) return lua;
  if (is_too_small && !has_no_memory)
    throw base::Error(base::code::out_of_memory, "memory_limit_mb is too small for Lua itself");
  throw std::bad_alloc();
}

}  // namespace script
