// --sql: the statements that a run would send, as a script for psql.
#pragma once
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "revisions/target.hpp"

namespace migrate {

/// Writes the ledger's own tables (when `with_ledger`) and each step with its transaction and ledger row to stdout, and
/// nothing else there. Throws code::needs_database, with file and line, where a script asks the database for data.
void write_sql_script(Project& project, const std::vector<revisions::Step>& steps, bool with_ledger,
                      base::Console& console);

/// The ledger alone, for `ensure_version --sql`.
std::string ledger_script(const Project& project);
/// `stamp --sql`: the rows that go and the rows that come.
std::string stamp_script(const Project& project, const std::vector<const revisions::Revision*>& stamped,
                         const std::vector<std::string>& removed, bool with_ledger);

}  // namespace migrate
