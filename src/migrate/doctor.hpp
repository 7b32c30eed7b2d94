// Everything around a migration that can be in its way, looked at one by one.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/console.hpp"
#include "migrate/project.hpp"

namespace migrate {

/// What a probe found. Several findings of one probe are several lines.
struct Finding {
  base::Mark mark = base::Mark::ok;
  /// "connection", "rights" ...
  std::string area;
  std::string text;
  /// What to do; empty when nothing is.
  std::string advice;
};

/// Runs every probe and hands over its findings as they come. A probe that fails itself is a finding too; without a
/// connection only the local ones are made.
std::vector<Finding> examine(Project& project, const std::function<void(const Finding&)>& tell);

}  // namespace migrate
