// A text that is there already, and a handler that exit() calls.
#include "base/no_memory.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "base/error.hpp"

namespace base {

namespace {

std::atomic<int> at_work = 0;

void look_who_exits() {
  if (at_work > 0) _exit(say_no_memory());
}

}  // namespace

int say_no_memory() {
  static constexpr char text[] =
      "waxwing: out of memory                                                  WAX-1020\n"
      "  because  the machine, or a limit of this process, gave no more memory\n"
      "  try      free memory or raise the limit, and run the command again\n"
      "  state    what was not committed is rolled back; waxwing status\n";
  (void)!write(STDERR_FILENO, text, sizeof text - 1);
  return static_cast<int>(code::no_memory.exit);
}

ExitMeansNoMemory::ExitMeansNoMemory() {
  static const bool is_watched = std::atexit(&look_who_exits) == 0;
  at_work += is_watched;
}

ExitMeansNoMemory::~ExitMeansNoMemory() {
  if (at_work > 0) --at_work;
}

}  // namespace base
