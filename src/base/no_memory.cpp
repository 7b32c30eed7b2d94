// A text that is there already.
#include "base/no_memory.hpp"

#include <unistd.h>

#include "base/error.hpp"

namespace base {

int say_no_memory() {
  static constexpr char text[] =
      "waxwing: out of memory                                                  WAX-1020\n"
      "  because  the machine, or a limit of this process, gave no more memory\n"
      "  try      free memory or raise the limit, and run the command again\n"
      "  state    what was not committed is rolled back; waxwing status\n";
  (void)!write(STDERR_FILENO, text, sizeof text - 1);
  return static_cast<int>(code::no_memory.exit);
}

}  // namespace base
