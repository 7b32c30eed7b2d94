// The guide of one migration for the people who run it, filled in with what its file and this database say.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "migrate/run_book_steps.hpp"

namespace migrate {

/// A line or a block of a section.
struct RunBookBlock {
  enum class Kind { text, heading, item, task, command } kind = Kind::text;
  std::string text;
};

struct RunBookSection {
  std::string title;
  std::vector<RunBookBlock> blocks;
};

struct RunBook {
  std::string revision, title;
  bool is_applied = false;
  std::vector<RunBookSection> sections;
  /// What `run-book --execute` does, in its order.
  std::vector<RunBookStep> steps;
};

/// Reads the migration, the ledger, the backup folder and the catalogue; changes nothing.
RunBook make_run_book(Project& project, const revisions::Revision& revision, postgres::Connection& connection);

std::string run_book_markdown(const RunBook& book);
std::string run_book_text(const RunBook& book);
nlohmann::ordered_json to_json(const RunBook& book);

}  // namespace migrate
