// Blocks of a size are cut from one chunk, and wait in a list when they are given back.
#include "script/small_blocks.hpp"

#include <new>

namespace script {

namespace {

/// What a script that passes rows has in use at a time fits.
constexpr std::size_t region_size = std::size_t{4} << 20;

}  // namespace

SmallBlocks::SmallBlocks() : region_(new (std::nothrow) std::byte[region_size]) {
  if (!region_) return;
  unused_ = region_.get();
  end_ = unused_ + region_size;
}

void* SmallBlocks::cut(std::size_t place) {
  const std::size_t size = (place + 1) * step;
  if (static_cast<std::size_t>(end_ - unused_) < size) return nullptr;
  void* block = unused_;
  unused_ += size;
  return block;
}

}  // namespace script
