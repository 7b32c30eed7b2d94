// Which runs need a backup first, and which backup stands behind a run.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "migrate/locked_database.hpp"
#include "migrate/manifest.hpp"
#include "revisions/target.hpp"

namespace migrate {

/// "72e10c4c221a says backup_required", one for each step that needs a backup; see require_backup.
std::vector<std::string> backup_demands(const Project& project, const std::vector<revisions::Step>& steps);

/// Refuses a plan that needs a backup where there is none that is proved, whole, of this database and at its present
/// revisions. Needed is one by a step whose header says backup_required; with the setting require_backup also by an
/// irreversible step and by one that takes something away. A database without tables has nothing to lose.
/// Returns JSON for run.detail: the backup, or that it was waived; empty when none is needed. Throws code::no_backup.
std::string require_backup(Project& project, LockedDatabase& database, const std::vector<revisions::Step>& steps,
                           bool is_waived, base::Console& console);

/// The command that restores what was there before `revision`: the newest proved backup of this database without it;
/// how to make one where there is none.
std::string way_back(Project& project, postgres::Connection& connection, const revisions::Revision& revision);

}  // namespace migrate
