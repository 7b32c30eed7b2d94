// Small pieces of memory for strings and tables that come and go by the million.
#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <memory>

namespace script {

/// A piece that was given back is the next one of its size to be taken, which costs a few instructions. All of them lie
/// in one region of fixed size; whoever finds it full goes to malloc as ever.
class SmallBlocks {
 public:
  static constexpr std::size_t largest = 256;

  /// The machine only gives what is touched. Without memory the region is empty.
  SmallBlocks();

  bool owns(const void* block) const {
    return !std::less<>()(block, static_cast<const void*>(region_.get())) &&
           std::less<>()(block, static_cast<const void*>(end_));
  }
  /// Null when there is no room. The size is 1 to `largest`.
  void* take(std::size_t size) {
    Free*& first = free_[place_of(size)];
    if (!first) return cut(place_of(size));
    Free* const block = first;
    first = block->next;
    return block;
  }
  void give_back(void* block, std::size_t size) {
    Free*& first = free_[place_of(size)];
    first = new (block) Free{first};
  }
  /// May a block of one size go on as one of the other?
  static bool is_same_size(std::size_t a, std::size_t b) { return b <= largest && place_of(a) == place_of(b); }

 private:
  static constexpr std::size_t step = 16;
  struct Free {
    Free* next;
  };
  static std::size_t place_of(std::size_t size) { return (size - 1) / step; }
  void* cut(std::size_t place);

  std::unique_ptr<std::byte[]> region_;
  std::byte *unused_ = nullptr, *end_ = nullptr;
  std::array<Free*, largest / step> free_{};
};

}  // namespace script
