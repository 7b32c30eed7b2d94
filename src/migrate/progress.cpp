// Rates and remaining time.
#include "migrate/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace migrate {

bool Progress::is_due() const {
  constexpr double every_ms = 500;
  if (!console_.shows_progress() || started_.milliseconds() < shown_at_ms_ + every_ms) return false;
  shown_at_ms_ = started_.milliseconds();
  return true;
}

void Progress::show(double bytes) {
  const double per_ms = bytes / std::max(started_.milliseconds(), 1.0);
  const auto size = [](double count) {
    return base::human_size(static_cast<unsigned long long>(std::max(count, 0.0)));
  };
  std::string line = fmt::format("{}  {}  {}/s", doing_, size(bytes), size(per_ms * 1000));
  // An estimate that is exceeded says nothing any more.
  if (expected_ > bytes && bytes > 0)
    line += fmt::format("  {:.0f} %  about {} left", 100 * bytes / expected_,
                        base::human_duration((expected_ - bytes) / per_ms));
  console_.progress(line);
}

}  // namespace migrate
