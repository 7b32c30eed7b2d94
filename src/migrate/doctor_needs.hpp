// What the migrations of a project need of their surroundings, by the text of their files.
#pragma once
#include <string>
#include <vector>

#include "migrate/project.hpp"

namespace migrate {

/// The extensions that the migrations create.
std::vector<std::string> needed_extensions(Project& project);

/// "http", and the first line that uses it.
struct NeededCapability {
  std::string name, path;
  int line = 0;
};
/// What the setting `allow` must name, each once.
std::vector<NeededCapability> needed_capabilities(Project& project);

}  // namespace migrate
