// Laws that cost a server or a program per case, so that fewer of them are tried than of cheap ones.
#pragma once
#include <rapidcheck.h>
#include <rapidcheck/detail/Configuration.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

namespace tests {

/// Tries a law with `quick` random cases, or with as many as WAXWING_LAWS says. RC_PARAMS="seed=..." repeats a run.
template <class Law>
bool holds(const std::string& description, int quick, Law&& law) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  const char* given = std::getenv("WAXWING_LAWS");
  params.maxSuccess = given ? std::atoi(given) : quick;
  std::cerr << "\n- " << description << std::endl;
  const rc::detail::TestMetadata metadata{description, description};
  const auto result = rc::detail::checkTestable(std::forward<Law>(law), metadata, params);
  rc::detail::printResultMessage(result, std::cerr);
  std::cerr << std::endl;
  return result.template is<rc::detail::SuccessResult>();
}

}  // namespace tests
