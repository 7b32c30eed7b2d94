// Proves the migrations of a project in an empty database: each revision up, down and up again, then all the way down
// and up, with the schema compared at every landing.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/console.hpp"
#include "migrate/project.hpp"

namespace migrate {

struct StairwayCase {
  enum class Result { passed, failed, skipped };
  /// "upgrade 40bee24ed2c9", "downgrade 40bee24ed2c9", "all the way down".
  std::string name;
  /// The file that it is about; empty for the whole.
  std::string path;
  Result result = Result::passed;
  /// Why it failed or was skipped: an error as the program shows it, or the difference of two schemas.
  std::string text;
  double milliseconds = 0;
};

/// Walks the stairway of `project`, whose configuration names the database, and calls `tell` after each case. A failed
/// case does not end the walk as long as the database is where it should be; what cannot be reached is skipped. Throws
/// code::not_empty when the database holds anything.
std::vector<StairwayCase> walk_stairway(Project& project, base::Console& console,
                                        const std::function<void(const StairwayCase&)>& tell);

}  // namespace migrate
