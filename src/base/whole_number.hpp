// Doubles that stand for integers: Lua has no other numbers.
#pragma once
#include <cmath>
#include <cstdint>
#include <optional>

namespace base {

/// Nothing for fractions, NaN, infinity and beyond 2^53, where doubles skip numbers.
inline std::optional<std::int64_t> whole_number(double number) {
  constexpr double most = 9007199254740992.0;
  if (std::trunc(number) != number || std::abs(number) > most) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace base
