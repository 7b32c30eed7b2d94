// What a restore of everything and one of some tables have in common.
#pragma once
#include <string>
#include <vector>

#include "migrate/locked_database.hpp"
#include "migrate/manifest.hpp"
#include "migrate/restore.hpp"
#include "postgres/restore.hpp"

namespace migrate {

/// SQL that raises "waxwing: ..." where a table has other rows than the manifest says.
std::string compare_tables_sql(const std::vector<schema::TableSum>& tables);
/// SQL that raises where the database has other objects.
std::string compare_objects_sql(const std::vector<std::string>& objects);

/// Runs it, and says by the error's code whether the dump was refused, or what it made differs, or other tables refer
/// to what would be gone.
void run_restore(const postgres::ClientPrograms& programs, const postgres::Url& url, const std::string& before,
                 const postgres::DumpScript& script, const std::string& after);

/// "public"."books" and its partitions by the search_path of `session`; nothing when there is no such table.
std::vector<std::pair<std::string, std::string>> find_tables(postgres::Session& session, const std::string& name);

/// Replaces the rows of some tables: their foreign keys are taken off, and put back when the rows are there, so that
/// the server judges every reference. Triggers are silent meanwhile. `record_sql` commits
/// with them.
void restore_rows(Project& project, LockedDatabase& database, const Manifest& manifest,
                  const std::vector<schema::TableSum>& tables, const postgres::ClientPrograms& programs,
                  const std::string& record_sql);

}  // namespace migrate
