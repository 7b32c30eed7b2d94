// The program itself, run as a user runs it.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "support/database.hpp"

namespace tests {

/// Runs the built waxwing without a terminal and without the variables of whoever runs the tests.
inline base::ProcessResult waxwing(const std::vector<std::string>& arguments, base::ProcessOptions options = {}) {
  std::vector<std::string> command = {WAXWING_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  options.environment.insert({"DATABASE_URL", std::nullopt});
  options.environment.insert({"WAXWING_ENV", std::nullopt});
  options.environment.insert({"NO_COLOR", "1"});
  base::ProcessResult result = base::run_process(command, options);
  if ((result.out + result.err).find(canary_password) != std::string::npos)
    throw std::runtime_error("waxwing printed the password of its database:\n" + result.out + result.err);
  return result;
}

}  // namespace tests
