// The way back from a revision, filled in with what is known of this database.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "migrate/impact.hpp"
#include "migrate/project.hpp"

namespace migrate {

struct BackupFile {
  /// Relative to the project.
  std::string path;
  unsigned long long bytes = 0;
  /// "2025-12-21 23:02:21" in local time.
  std::string time;
  /// Does its name say that it was made for this revision?
  bool is_for_revision = false;
  enum class Format { custom, directory, tar, plain, unknown } format = Format::unknown;
};

/// A line of the procedure: what to do, and the commands for it.
struct RollbackStep {
  std::string title;
  std::vector<std::string> commands;
  std::string remark;
};

struct RollbackPlan {
  std::string revision, message;
  bool is_applied = false, is_reversible = false;
  std::optional<BackupFile> backup;
  std::vector<RollbackStep> steps;
  /// What must be true afterwards: "users" with its present rows.
  std::vector<std::pair<std::string, long long>> counts;
};

/// What the program around it offers.
struct RollbackMeans {
  /// Has waxwing a `restore` command?
  bool has_restore = false;
};

/// Reads the ledger, the folder backups/ and git.
RollbackPlan make_rollback_plan(Project& project, const revisions::Revision& revision, postgres::Session& session,
                                const RollbackMeans& means);

/// The newest dump in the project's backups/ that was made before `before` (local time, empty for any), one whose name
/// has one of `labels` first.
std::optional<BackupFile> newest_backup(const Project& project, const std::vector<std::string>& labels,
                                        const std::string& before);

}  // namespace migrate
