// Follows the target time without jumping.
#include "operations/batch_pace.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace operations {

std::string Pace::problem() const {
  if (batch_rows < 1 || batch_rows > BatchSize::most)
    return fmt::format("batch_rows must be from 1 to {}, got {}", BatchSize::most, batch_rows);
  const std::pair<const char*, std::int64_t> times[] = {
      {"target_ms", target_ms}, {"pause_ms", pause_ms}, {"max_lag_s", max_lag_s}};
  for (const auto& [name, value] : times)
    if (value < 0) return fmt::format("{} must not be negative, got {}", name, value);
  return {};
}

void BatchSize::after(long long rows, double milliseconds, bool others_waited) {
  if (pace_.target_ms == 0) return;
  // The last page of a table says little about a full one.
  if (rows < rows_ && !others_waited) return;
  double factor = static_cast<double>(pace_.target_ms) / std::max(milliseconds, 1.0);
  factor = std::clamp(factor, 0.5, 2.0);
  if (others_waited) factor = std::min(factor, 0.5);
  rows_ = std::clamp(static_cast<long long>(static_cast<double>(rows_) * factor), 1LL, most);
}

bool BatchSize::shrink() {
  if (rows_ == 1) return false;
  rows_ = std::max(rows_ / 2, 1LL);
  return true;
}

}  // namespace operations
