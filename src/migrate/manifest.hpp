// What is known of a backup: a JSON file beside it, made when the backup was made.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "schema/table_sums.hpp"

namespace migrate {

/// A database, so that it is known again: the cluster's system identifier and the name.
struct DatabaseIdentity {
  /// Empty where the role may not ask.
  std::string system_identifier;
  std::string name;
  std::string host, port, user;
  std::string server_version;

  bool is_same(const DatabaseIdentity& other) const;
  /// "app on localhost:5432".
  std::string shown() const;
};
DatabaseIdentity read_identity(postgres::Connection& connection);

/// The test that a backup can be restored and holds what the source held.
struct Proof {
  bool passed = false;
  /// Where it was restored, and how long that took; or why there is no proof.
  std::string place, reason, at;
  double milliseconds = 0;
};

struct Manifest {
  /// Path of the backup; the manifest is PATH.json.
  std::string path;
  std::string label, created_at, waxwing_version;
  unsigned long long bytes = 0;
  std::string sha256;
  DatabaseIdentity database;
  std::string lsn, ledger_schema;
  /// Applied revisions, sorted; and how `current` says it.
  std::vector<std::string> revisions;
  std::string position;
  /// True where only `tables` have their rows in it; definitions are complete.
  bool is_partial = false;
  /// The revisions whose tables it was made for, with --touched.
  std::vector<std::string> touched;
  std::vector<schema::TableSum> tables;
  std::string large_objects;
  std::vector<std::string> objects;
  Proof proof;

  std::int64_t rows() const;
  /// Whether it was made before `revision`, and holds what that has touched.
  bool leads_back_from(const std::string& revision) const;
};

std::string manifest_path(const std::string& backup);
nlohmann::ordered_json to_json(const Manifest& manifest);
void write_manifest(const Manifest& manifest);
/// Nothing when there is no manifest. Throws code::bad_backup for one that cannot be read or was changed.
std::optional<Manifest> read_manifest(const std::string& backup);
/// The same of a manifest's text.
Manifest parse_manifest(const std::string& text, const std::string& backup);

/// The folder of the setting backup_folder, absolute.
std::string backup_folder(const Project& project);
/// A backup named on the command line: as a path from here, from the project's folder, or inside the backup folder.
std::string find_backup(const Project& project, const std::string& name);

struct BackupEntry {
  std::string path;
  unsigned long long bytes = 0;
  /// "2025-12-21 23:02:21": when it was made, or last written where it has no manifest.
  std::string at;
  std::optional<Manifest> manifest;
  /// Why it cannot be used; empty when all that a glance can tell is well.
  std::string trouble;
};
/// All backups of the folder, newest first. Sizes are compared, contents are not.
std::vector<BackupEntry> list_backups(const std::string& folder);

/// Compares size and SHA-256 with the manifest. Throws code::bad_backup with the cause: empty, plain text, cut short,
/// changed, without a manifest.
Manifest check_backup_file(const std::string& path);

}  // namespace migrate
