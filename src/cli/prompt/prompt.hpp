// The loop of `waxwing console`.
#pragma once
#include "cli/command.hpp"

namespace cli {

/// Reads and runs lines until their end. Returns the exit status of the last error where there is no terminal.
base::Exit run_prompt(Context& context, bool writes);

}  // namespace cli
