// The whole program as one call.
#pragma once

namespace cli {

/// Runs one command line and returns the exit status; prints errors itself.
int run(int argc, char** argv);

}  // namespace cli
