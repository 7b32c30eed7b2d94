// The end of a program that has no memory left, said without asking for any.
#pragma once

namespace base {

/// Writes the error to stderr; returns the exit status.
int say_no_memory();

/// While it lives, a library is at work that calls exit() where it has no memory, as libpg_query does when it sets
/// itself up: the program then ends as it does wherever memory is lacking.
class ExitMeansNoMemory {
 public:
  ExitMeansNoMemory();
  ~ExitMeansNoMemory();
  ExitMeansNoMemory(const ExitMeansNoMemory&) = delete;
  ExitMeansNoMemory& operator=(const ExitMeansNoMemory&) = delete;
};

}  // namespace base
