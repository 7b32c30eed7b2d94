// `waxwing run-book REV --execute`: the steps one after the other.
#pragma once
#include "cli/command.hpp"
#include "migrate/run_book_progress.hpp"

namespace cli {

/// What a run-book is carried out for.
struct Walk {
  const revisions::Revision& revision;
  bool is_applied;
  migrate::DatabaseIdentity database;
  std::vector<migrate::RunBookStep> steps;
};

/// Runs the steps that are not done yet, each as a line of sh in the project's folder; asks before each unless --yes.
/// Gives the exit status of the first that fails. Throws code::run_book_refused, code::needs_confirmation.
base::Exit walk_run_book(Context& context, const Walk& walk);

}  // namespace cli
