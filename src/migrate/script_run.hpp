// Runs a script against a database: read-only, or as a run of the ledger.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "migrate/project.hpp"
#include "migrate/script_options.hpp"

namespace migrate {

struct ScriptOutcome {
  /// Id of the run in the ledger; empty for a script that only reads.
  std::string run;
  /// What s.run returned.
  base::Value result;
  double milliseconds = 0;
};

/// One transaction, unless the script says db.autocommit: committed at the end, rolled back on an error. A script that
/// writes holds the migrator lock, and its run is in the ledger with its statements; the outcome `done` commits with
/// what it did. Throws what the script throws, with the state of the database, and code::script_wrong_revision.
ScriptOutcome run_script(Project& project, script::ScriptFile& file, const ScriptWords& words, bool writes,
                         base::Console& console);

}  // namespace migrate
