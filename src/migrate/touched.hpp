// What a migration will drop, rewrite or update, found without running it.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "migrate/project.hpp"
#include "revisions/target.hpp"

namespace migrate {

struct Touched {
  /// Tables that exist now, by schema and name, sorted.
  std::vector<std::pair<std::string, std::string>> tables;
  /// "updates books", "drops a column of activities": what takes something away.
  std::vector<std::string> losses;
  /// Why it cannot be known beforehand (a DO block, data that an earlier step makes); empty when it is known.
  std::string unknown;

  bool is_destructive() const { return !losses.empty() || !unknown.empty(); }
};

/// Runs the script with its questions answered by `connection`, which is only read, and its changes noted.
Touched touched_by(const Project& project, postgres::Connection& connection, const revisions::Step& step);

/// Adds every table that is tied to these by foreign keys, in either direction and over any number of steps: what must
/// be restored together.
std::vector<std::pair<std::string, std::string>> with_foreign_keys(
    postgres::Session& session, std::vector<std::pair<std::string, std::string>> tables);

}  // namespace migrate
