// The program itself, run as a user runs it.
#pragma once
#include <string>
#include <vector>

#include "base/process.hpp"

namespace tests {

/// Runs the built waxwing without a terminal and without the variables of whoever runs the tests.
inline base::ProcessResult waxwing(const std::vector<std::string>& arguments, base::ProcessOptions options = {}) {
  std::vector<std::string> command = {WAXWING_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  options.environment.insert({"DATABASE_URL", std::nullopt});
  options.environment.insert({"WAXWING_ENV", std::nullopt});
  options.environment.insert({"NO_COLOR", "1"});
  return base::run_process(command, options);
}

}  // namespace tests
