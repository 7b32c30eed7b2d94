// What a run did, in one line.
#pragma once
#include <string>

namespace migrate {

struct RunSummary {
  /// Positions before and after: "base", an id, or several.
  std::string from, to;
  std::size_t steps = 0;
  double milliseconds = 0;
};

}  // namespace migrate
