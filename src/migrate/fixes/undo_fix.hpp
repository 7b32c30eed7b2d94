// Puts back the rows that a fix changed, in one transaction that is itself a run of a fix.
#pragma once
#include <string>
#include <vector>

#include "migrate/fixes/fix_run.hpp"

namespace migrate {

struct UndoOptions {
  /// A condition on the rows of one table, as they were before the fix (as it made them, where it inserted them).
  std::string where;
  /// Only this table's rows; needed with `where` when the fix changed several.
  std::string table;
  bool skips_conflicts = false;
  bool commits = true;
};

struct UndoResult {
  FixRow of;
  /// It was undone before, and nothing was done now.
  bool was_undone = false;
  /// Rows that have changed since and were left as they are; rows that somebody had put back already.
  std::size_t skipped = 0, already_back = 0;
  FixOutcome outcome;
};

/// Undoes the run that `wanted` begins. Throws code::no_such_fix_run, code::fix_rows_removed, code::fix_conflict with
/// the rows that have changed since, code::fix_table_changed, code::fix_undo_failed.
UndoResult undo_fix(Project& project, LockedDatabase& database, const std::string& wanted, const UndoOptions& options,
                    base::Console& console);

}  // namespace migrate
