// The way back from a migration with the backup that `waxwing backup --touched` made for it.
#pragma once
#include <string>
#include <vector>

#include "migrate/locked_database.hpp"
#include "migrate/manifest.hpp"
#include "postgres/client_programs.hpp"

namespace migrate {

/// Whether the rows of the backup no longer fit the tables that are there: their migration is applied, or they were
/// changed otherwise.
bool needs_definitions(postgres::Session& session, const Manifest& manifest, const revisions::Applied& applied);

/// Tables of now whose rows stay, because the backup does not have them. Those that it does not know are left out.
std::vector<schema::TableSum> carried_tables(postgres::Session& session, const Manifest& manifest);

/// Throws code::restore_breaks unless the database differs from the backup by the backup's own migrations alone.
void refuse_touched(postgres::Connection& connection, const Manifest& manifest, const revisions::Applied& applied);

/// Makes all definitions anew from the backup, with its rows, and puts back the present rows of `carried`, whose sums
/// are filled in. The ledger is carried too, and forgets the backup's migrations. One transaction, which compares all
/// rows and objects before it commits.
void restore_touched(Project& project, LockedDatabase& database, const Manifest& manifest,
                     std::vector<schema::TableSum>& carried, const std::vector<std::string>& kept_extensions,
                     bool without_owners, const postgres::ClientPrograms& programs, const std::string& record_sql);

}  // namespace migrate
