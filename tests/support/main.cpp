// The entry point of every test program.
#include <cstdlib>
#include <string>

#include "support/seed.hpp"

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

int main(int argc, char** argv) {
  // How many random cases a property is tried with; RC_PARAMS="max_success=100000" tries more.
  setenv("RC_PARAMS", ("max_success=1000 seed=" + std::to_string(tests::seed())).c_str(), 0);
  return Catch::Session().run(argc, argv);
}
