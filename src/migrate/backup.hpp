// Making a backup, and proving that it can be restored.
#pragma once
#include <string>
#include <vector>

#include "migrate/manifest.hpp"
#include "postgres/client_programs.hpp"

namespace migrate {

struct BackupOptions {
  /// Part of the file's name; the database's position where it is empty.
  std::string label;
  /// Only the rows of these tables, as typed; all tables where it is empty.
  std::vector<std::string> tables;
  /// Only the rows that upgrading to this target (a revision, "head") will drop, rewrite or update, and what is tied to
  /// them by foreign keys.
  std::string touched;
  bool proves = true;
  /// Prove it on the server even where a private cluster could be used.
  bool proves_on_server = false;
};

struct MadeBackup {
  Manifest manifest;
  /// What may stand in a migration's way: empty tables, open transactions, invalid indexes.
  std::vector<std::string> warnings;
};

/// Dumps the database in one snapshot to a file of the backup folder, restores it into a scratch database, compares
/// row counts and checksums, and writes the manifest. Prints what it does. The file has its name only when all of that
/// is done. Throws code::backup_failed, code::backup_not_proved, code::client_programs_too_old.
MadeBackup make_backup(Project& project, const BackupOptions& options, base::Console& console);

/// Restores a backup into a scratch database and compares it with its manifest; fills in manifest.proof. `source` is
/// the server that the scratch database is made on where no private cluster can be. Throws code::backup_not_proved.
void prove(Manifest& manifest, const std::string& archive, postgres::Connection& source,
           const postgres::ClientPrograms& programs, bool on_server, base::Console& console);

/// What differs, in words; for the proof and for a restore. Both lists hold the same tables in the same order.
std::vector<std::string> different_tables(const std::vector<schema::TableSum>& wanted,
                                          const std::vector<schema::TableSum>& found);
/// The same for sorted lists of objects.
std::vector<std::string> different_objects(const std::vector<std::string>& wanted,
                                           const std::vector<std::string>& found);

}  // namespace migrate
