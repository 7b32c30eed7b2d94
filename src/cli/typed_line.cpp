// A signal ends the reading, which looks like the end of the input.
#include "cli/typed_line.hpp"

#include <cstdio>

#include "base/interrupt.hpp"

namespace cli {

std::optional<std::string> typed_line() {
  std::fflush(stdout);
  std::string typed;
  int c = std::getchar();
  for (; c != EOF && c != '\n'; c = std::getchar()) typed += static_cast<char>(c);
  base::throw_if_interrupted();
  return c == EOF && typed.empty() ? std::nullopt : std::optional(typed);
}

}  // namespace cli
