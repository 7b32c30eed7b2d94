// The steps of a run-book: those of waxwing.lua, or the usual ones.
#pragma once
#include <string>
#include <vector>

#include "migrate/project.hpp"

namespace migrate {

struct RunBookStep {
  std::string name;
  /// A line for sh, run in the project's folder.
  std::string command;

  bool operator==(const RunBookStep&) const = default;
};

/// The setting run_book with {revision} filled in; without it stop, backup, preflight, upgrade, start, verify, report
/// and health, those of the application where `application` has a command for them. Throws code::bad_run_book.
std::vector<RunBookStep> run_book_steps(const Project& project, const revisions::Revision& revision);

}  // namespace migrate
