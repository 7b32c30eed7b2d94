#include "support/seed.hpp"

#include <cstdlib>
#include <random>
#include <string>

namespace tests {

unsigned seed() {
  static const unsigned seed = [] {
    const char* given = std::getenv("WAXWING_SEED");
    if (!given || !*given) return 1u;
    return std::string(given) == "random" ? std::random_device{}() : static_cast<unsigned>(std::stoul(given));
  }();
  return seed;
}

}  // namespace tests
