// Looking through the manifests of the backup folder.
#include "migrate/backup_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "migrate/runner.hpp"
#include "migrate/touched.hpp"

namespace migrate {

using base::Error;
using revisions::Direction;
using revisions::Step;
namespace code = base::code;

namespace {

bool has_tables(LockedDatabase& database) {
  const std::vector<schema::TableSum> tables = schema::read_tables(database.connection());
  return std::any_of(tables.begin(), tables.end(),
                     [&](const schema::TableSum& table) { return table.schema != database.ledger().schema(); });
}

/// Why a backup does not stand behind the run; empty when it does.
std::string shortcoming(const BackupEntry& entry, const DatabaseIdentity& here, const revisions::Applied& applied,
                        const std::vector<Step>& steps) {
  if (!entry.trouble.empty()) return entry.trouble;
  const Manifest& manifest = *entry.manifest;
  if (!here.is_same(manifest.database)) return "it is of another database, " + manifest.database.shown();
  if (manifest.revisions != applied) return "it is of revision " + manifest.position;
  if (!manifest.proof.passed) return "it is not proved";
  if (manifest.is_partial)
    for (const Step& step : steps)
      if (std::find(manifest.touched.begin(), manifest.touched.end(), step.revision->id) == manifest.touched.end())
        return "it has some tables only, not for " + step.revision->id;
  try {
    check_backup_file(entry.path);
  } catch (const Error& error) {
    return error.cause();
  }
  return {};
}

}  // namespace

std::vector<std::string> backup_demands(const Project& project, const std::vector<Step>& steps) {
  std::vector<std::string> reasons;
  const bool is_required = project.config().boolean("require_backup");
  const bool is_spared = !is_required && project.config()["require_backup"].source != "default";
  std::unique_ptr<postgres::Connection> reader;
  for (const Step& step : steps) {
    const revisions::Revision& revision = *step.revision;
    const bool up = step.direction == Direction::up;
    if (up && revision.backup_required) {
      reasons.push_back(revision.id + " says backup_required");
    } else if (up && revision.irreversible && !is_spared) {
      reasons.push_back(revision.id + " is irreversible: a backup is the only way back");
    } else if (is_required) {
      if (!reader) reader = project.connect(Purpose::check);
      const Touched touched = touched_by(project, *reader, step);
      if (!touched.losses.empty())
        reasons.push_back(
            fmt::format("{} {}, and require_backup is set", revision.id, base::join(touched.losses, ", ")));
      else if (!touched.unknown.empty())
        reasons.push_back(
            fmt::format("what {} takes away cannot be known beforehand, and require_backup is set", revision.id));
    }
  }
  return reasons;
}

std::string require_backup(Project& project, LockedDatabase& database, const std::vector<Step>& steps, bool is_waived,
                           base::Console& console) {
  const std::vector<std::string> reasons = backup_demands(project, steps);
  if (reasons.empty() || !has_tables(database)) return {};
  revisions::Applied applied = database.applied();
  std::sort(applied.begin(), applied.end());
  const DatabaseIdentity here = read_identity(database.connection());
  const std::vector<BackupEntry> entries = list_backups(backup_folder(project));
  std::string nearest;
  for (const BackupEntry& entry : entries) {
    const std::string why = shortcoming(entry, here, applied, steps);
    const std::string file = project.shown(entry.path);
    if (why.empty()) {
      console.info("backup", fmt::format("{} of {} stands behind this run", file, entry.at));
      return nlohmann::json{{"backup", {{"file", file}, {"sha256", entry.manifest->sha256}}}}.dump();
    }
    if (nearest.empty()) nearest = fmt::format("\nthe newest backup, {}, does not count: {}", file, why);
  }
  if (is_waived) {
    console.warn("backup", "going on without a backup, as --no-backup-i-know says: " + base::join(reasons, "; "));
    return nlohmann::json{{"backup", {{"waived", true}, {"flag", "--no-backup-i-know"}, {"needed_because", reasons}}}}
        .dump();
  }
  throw Error(code::no_backup,
              fmt::format("there is no proved backup of \"{}\" at {}", here.name, position(project.graph(), applied)))
      .because(base::join(reasons, "\n") +
               (nearest.empty() ? "\nthere are no backups in " + project.shown(backup_folder(project)) : nearest))
      .advise(fmt::format("waxwing backup --label {}    or go on without, which is recorded: --no-backup-i-know",
                          steps.front().revision->id))
      .state("nothing was changed; database is at " + position(project.graph(), applied));
}

std::string way_back(Project& project, postgres::Connection& connection, const revisions::Revision& revision) {
  const DatabaseIdentity here = read_identity(connection);
  for (const BackupEntry& entry : list_backups(backup_folder(project))) {
    if (!entry.trouble.empty() || !here.is_same(entry.manifest->database) || !entry.manifest->proof.passed ||
        !entry.manifest->leads_back_from(revision.id))
      continue;
    return fmt::format("waxwing restore {}    brings back {} as it was {}", project.shown(entry.path),
                       entry.manifest->position, entry.at);
  }
  return fmt::format("restore the backup that was made before it: waxwing restore FILE; there is none in {}",
                     project.shown(backup_folder(project)));
}

}  // namespace migrate
