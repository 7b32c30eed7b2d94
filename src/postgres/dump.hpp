// Archives of pg_dump: writing one, telling what a file is, restoring one into a scratch database.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "postgres/client_programs.hpp"

namespace postgres {

struct DumpOptions {
  /// Of pg_export_snapshot(): what the dump shows is what that session sees.
  std::string snapshot;
  /// Tables ("schema"."name") whose definition is dumped and whose rows are not.
  std::vector<std::string> without_rows;
  /// How long to wait for a table that someone holds, in milliseconds.
  long long lock_wait_ms = 60000;
  /// Called now and then while pg_dump runs.
  std::function<void()> while_waiting = {};
};

/// Writes an archive in custom format to `path`. Throws code::backup_failed with what pg_dump said.
void dump(const ClientPrograms& programs, const Url& url, const std::string& path, const DumpOptions& options);

/// What a file holds, by its content.
enum class ArchiveFormat { custom, plain, tar, empty, unknown };
ArchiveFormat archive_format(const std::string& path);

struct ScratchRestoreOptions {
  /// Roles of the source exist, so owners and privileges are restored as well.
  bool with_owners = true;
  /// Foreign keys, indexes and triggers as well; not where rows of some tables only are in the archive.
  bool with_constraints = true;
  int jobs = 2;
  std::function<void()> while_waiting = {};
};

/// Restores a custom archive into an empty database, several tables at a time. Throws code::backup_not_proved with what
/// pg_restore said first.
void restore_into_scratch(const ClientPrograms& programs, const Url& url, const std::string& path,
                          const ScratchRestoreOptions& options);

}  // namespace postgres
