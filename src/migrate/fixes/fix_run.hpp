// The protocol of a fix and of an undo: one transaction that holds the change, the rows as they were, and the ledger
// row; or that is rolled back when it has been looked at.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "migrate/checks.hpp"
#include "migrate/fixes/fix_ledger.hpp"
#include "migrate/fixes/row_changes.hpp"
#include "migrate/locked_database.hpp"
#include "migrate/run_observer.hpp"
#include "migrate/timeouts.hpp"
#include "script/fix.hpp"

namespace migrate {

/// What is run. The functions may be called several times: after a lost connection or a lock timeout it starts over.
struct FixPlan {
  /// Run, name, reason and so on; counts are filled in.
  FixRow row;
  /// "fix" or "fix undo", for the ledger of runs.
  std::string command;
  script::Migration* migration = nullptr;
  Timeouts timeouts;
  std::optional<long long> least_rows, most_rows;
  bool commits = false;
  /// The checks before anything; null for none.
  std::function<void(const AfterCheck&)> preflight;
  /// The tables to watch, found inside of the transaction.
  std::function<std::vector<CapturedTable>(postgres::Connection&)> tables;
  /// Before the triggers are made.
  std::function<void(postgres::Connection&, const std::vector<CapturedTable>&)> prepare;
  /// The change itself; returns the number of statements, and what an undo would leave.
  std::function<long long(postgres::Connection&, const std::vector<CapturedTable>&, std::vector<std::string>& lasting)>
      effect;
  /// Looks at what was changed; may throw.
  std::function<void(postgres::Connection&, const std::vector<FixTableRow>&)> judge;
  /// To be told of a committed run; null for none.
  RunObservers* observers = nullptr;
};

struct FixOutcome {
  FixRow row;
  std::vector<FixTableRow> tables;
  /// The first rows of each table.
  std::vector<RowChange> changes;
  std::vector<std::string> lasting;
  bool is_committed = false;
  double milliseconds = 0;
};

/// How many rows of a table are shown.
constexpr std::size_t rows_shown = 20;

FixOutcome run_in_capture(LockedDatabase& database, FixPlan& plan, base::Console& console);

/// Values by name as the command line gives them.
using GivenParameters = std::map<std::string, std::string>;

struct FixOptions {
  GivenParameters parameters;
  bool commits = false;
  /// Run it although it was run with these parameters before.
  bool again = false;
};

/// What became of `fix run`. Nothing was done when `earlier` is set: that run did it already.
struct FixResult {
  std::optional<FixRow> earlier;
  bool was_edited = false;
  FixOutcome outcome;
};

/// Runs a fix file. Throws code::bad_fix_parameter, code::fix_wrong_revision, and what the guards throw.
FixResult run_fix(Project& project, LockedDatabase& database, const std::string& path, const FixOptions& options,
                  base::Console& console);

}  // namespace migrate
