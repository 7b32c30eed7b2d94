// Bringing a backup back: everything, or the rows of some tables.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "migrate/project.hpp"

namespace migrate {

struct RestoreOptions {
  /// As typed: a path, or a name in the backup folder.
  std::string file;
  /// Only the rows of these tables.
  std::vector<std::string> tables;
  /// Leave what was created since the backup.
  bool keeps_new_objects = false;
  /// Everything belongs to the connecting role: for servers without the roles of the source.
  bool without_owners = false;
};

/// Asked before anything is overwritten: the database's name must be typed. `what_happens` says what will be lost.
using Confirm = std::function<void(const std::string& database, const std::string& what_happens)>;

struct RestoreSummary {
  std::string file, position;
  /// Tables and rows that were compared with the manifest; 0 without one.
  std::size_t tables = 0;
  long long rows = 0;
  bool was_compared = false;
  /// Tables that kept the rows of now, with a backup made for one migration.
  std::size_t carried = 0;
  /// What had been created since the backup, and was removed or kept.
  std::vector<std::string> created_since;
  double milliseconds = 0;
};

/// Restores under the migrator lock, in one transaction that compares counts, checksums and objects with the manifest
/// before it commits. Throws code::bad_backup, code::needs_confirmation, code::restore_failed, code::restore_differs,
/// code::restore_breaks; the database is then as before.
RestoreSummary restore(Project& project, const RestoreOptions& options, const Confirm& confirm, base::Console& console);

}  // namespace migrate
