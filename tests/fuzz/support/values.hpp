// Values of any shape, made from bytes.
#pragma once
#include "base/value.hpp"
#include "input.hpp"

namespace fuzz {

inline base::Value anything(Input& input, int depth = 0) {
  switch (input.below(depth > 2 ? 6 : 8)) {
    case 0: return std::string(input.line());
    case 1: return static_cast<std::int64_t>(input.below(256)) - 100;
    case 2: return static_cast<double>(input.below(256)) / 8;
    case 3: return true;
    case 4: return base::SqlNull();
    case 5: return {};
    case 6: {
      base::List list;
      for (std::size_t left = input.below(4); left > 0; --left) list.push_back(anything(input, depth + 1));
      return list;
    }
    default: {
      base::Map map;
      for (std::size_t left = input.below(4); left > 0; --left) {
        // In this order, whatever the compiler's is.
        std::string key(input.line());
        map.emplace_back(std::move(key), anything(input, depth + 1));
      }
      return map;
    }
  }
}

}  // namespace fuzz
