// The way back from a revision, filled in with what is known of this database.
#pragma once
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
  /// Does its name, or its manifest, say that it was made for the time before this revision?
  bool is_for_revision = false;
  /// Was it proved that it can be restored?
  bool is_proved = false;
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
  /// What must be true afterwards: "users" with its rows before the revision; from the record of the run that applied
  /// it.
  std::vector<std::pair<std::string, long long>> counts;
  /// False where it is applied and nothing is recorded: then they are the rows of now.
  bool counts_are_of_before = true;
};

/// What the program around it offers.
struct RollbackMeans {
  /// Has waxwing a `restore` command?
  bool has_restore = false;
};

/// Reads the ledger, the backup folder and git.
RollbackPlan make_rollback_plan(Project& project, const revisions::Revision& revision, postgres::Connection& session,
                                const RollbackMeans& means);

}  // namespace migrate
