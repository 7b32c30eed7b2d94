// A migration that was stopped in the middle, and the ways on that do not run it.
#pragma once
#include <optional>
#include <vector>

#include "migrate/locked_database.hpp"
#include "migrate/project.hpp"

namespace migrate {

/// A migration that was stopped between two of its statements.
struct HalfDone {
  std::string revision;
  revisions::Direction direction = revisions::Direction::up;
  std::vector<revisions::JournalRow> rows;

  /// How many are done; the one behind them may have been sent (`rows` then holds its intent).
  std::size_t done() const;
  const revisions::JournalRow* intent() const;
};
std::optional<HalfDone> half_done(const std::vector<revisions::JournalRow>& rows);

/// Takes a half-done migration as finished: the ledger says so, and its journal is forgotten.
void mark_done(Project& project, LockedDatabase& database, const HalfDone& migration);
/// Forgets that the interrupted statement was begun, so that it is sent again; does nothing when none was.
void retry(LockedDatabase& database, const HalfDone& migration);
/// Forgets what was done of a migration; the database keeps it.
void abandon(LockedDatabase& database, const HalfDone& migration);

}  // namespace migrate
