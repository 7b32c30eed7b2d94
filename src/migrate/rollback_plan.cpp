// Finds the backup and the code that belong to the time before the revision.
#include "migrate/rollback_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "migrate/manifest.hpp"
#include "migrate/report/document.hpp"
#include "migrate/report/wording.hpp"
#include "revisions/ledger.hpp"

namespace migrate {

namespace fs = std::filesystem;

namespace {

BackupFile::Format format_of(const fs::path& path) {
  if (fs::is_directory(path))
    return fs::exists(path / "toc.dat") ? BackupFile::Format::directory : BackupFile::Format::unknown;
  std::ifstream file(path, std::ios::binary);
  std::string head(512, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  if (head.starts_with("PGDMP")) return BackupFile::Format::custom;
  if (head.size() > 262 && head.compare(257, 5, "ustar") == 0) return BackupFile::Format::tar;
  return head.find("PostgreSQL database dump") != std::string::npos ? BackupFile::Format::plain
                                                                    : BackupFile::Format::unknown;
}

std::string restore_command(const BackupFile& backup, const RollbackMeans& means) {
  if (means.has_restore) return "waxwing restore " + backup.path;
  switch (backup.format) {
    case BackupFile::Format::plain:
      return "psql -X -v ON_ERROR_STOP=1 --single-transaction -d \"$DATABASE_URL\" -f " + backup.path +
             "    # into an empty database";
    case BackupFile::Format::directory:
    case BackupFile::Format::tar:
    case BackupFile::Format::custom:
    case BackupFile::Format::unknown:
      return "pg_restore --clean --if-exists --exit-on-error --single-transaction -d \"$DATABASE_URL\" " + backup.path;
  }
  return {};
}

/// The commit before the one that brought the file; empty without git.
std::string commit_before(const Project& project, const std::string& path) {
  if (base::find_program("git").empty()) return {};
  base::ProcessOptions options;
  options.working_directory = project.folder();
  options.timeout = std::chrono::seconds(5);
  const auto log = base::run_process({"git", "log", "--diff-filter=A", "--format=%h", "-n", "1", "--", path}, options);
  const std::string commit(base::trim(log.out));
  if (log.status != 0 || commit.empty()) return {};
  const auto parent = base::run_process({"git", "rev-parse", "--short", "--verify", "-q", commit + "^"}, options);
  return parent.status == 0 ? std::string(base::trim(parent.out)) : std::string();
}

/// "application.stop" of waxwing.lua or `fallback` as a remark.
RollbackStep application_step(const Project& project, const char* title, const char* key, const std::string& fallback) {
  const base::Value* command = project.config()["application"].value.find(key);
  if (command && command->get_if<std::string>()) return {title, {*command->get_if<std::string>()}, ""};
  return {title,
          {},
          fmt::format("{} (application = {{ {} = \"...\" }} in waxwing.lua puts the command here)", fallback, key)};
}

/// When the revision was applied, in local time; empty when it is not.
std::string applied_at(postgres::Session& session, const std::string& schema, const std::string& revision,
                       bool& is_applied) {
  for (const revisions::LedgerRow& row : revisions::Ledger(schema).read(session)) {
    if (row.revision != revision) continue;
    is_applied = true;
    const postgres::Result epoch =
        session.query("SELECT EXTRACT(epoch FROM $1::timestamptz)::bigint", {{row.applied_at}});
    return base::local_timestamp(std::chrono::system_clock::from_time_t(epoch.integer(0, 0)));
  }
  return {};
}

std::vector<std::string> labels_of(const revisions::Revision& revision, const base::Value& metadata) {
  std::vector<std::string> labels = {revision.id};
  for (const char* key : {"story", "label"})
    if (const base::Value* value = metadata.find(key); value && value->get_if<std::string>())
      labels.push_back(base::slug(*value->get_if<std::string>()));
  if (!revision.message.empty()) labels.push_back(base::slug(revision.message));
  return labels;
}

/// The newest dump of before the revision: by its manifest, else by its time (`before` in local time; empty for any).
/// One that is proved goes first, then one whose name has one of `labels`.
std::optional<BackupFile> newest_backup(const Project& project, const revisions::Revision& revision,
                                        const DatabaseIdentity& here, const std::vector<std::string>& labels,
                                        const std::string& before) {
  std::optional<BackupFile> best;
  for (const BackupEntry& entry : list_backups(backup_folder(project))) {
    BackupFile file{project.shown(entry.path), entry.bytes, entry.at};
    file.format = format_of(entry.path);
    if (file.format == BackupFile::Format::unknown) continue;
    if (entry.manifest) {
      if (!entry.trouble.empty() || !here.is_same(entry.manifest->database) ||
          !entry.manifest->leads_back_from(revision.id))
        continue;
      file.is_proved = file.is_for_revision = entry.manifest->proof.passed;
    } else if (!before.empty() && file.time > before) {
      continue;
    }
    const std::string name = fs::path(entry.path).filename().string();
    file.is_for_revision =
        file.is_for_revision || std::any_of(labels.begin(), labels.end(), [&](const std::string& label) {
          return !label.empty() && name.find(label) != std::string::npos;
        });
    const auto rank = [](const BackupFile& each) {
      return std::tuple(each.is_proved, each.is_for_revision, each.time);
    };
    if (!best || rank(file) > rank(*best)) best = file;
  }
  return best;
}

/// Rows of the tables that the run which applied `revision` changed, as they were before it.
std::vector<std::pair<std::string, long long>> recorded_counts(const revisions::Ledger& ledger,
                                                               postgres::Connection& session,
                                                               const std::string& revision) {
  std::vector<std::pair<std::string, long long>> counts;
  std::string run;
  for (const revisions::LedgerRow& row : ledger.read(session))
    if (row.revision == revision) run = row.run;
  if (run.empty()) return counts;
  const std::vector<revisions::RunRow> runs = ledger.read_runs(session, run, 1);
  if (runs.empty()) return counts;
  const nlohmann::ordered_json report = report_document(runs.front(), ledger.read_events(session, run), nullptr);
  for (const nlohmann::ordered_json& table : report["tables"])
    if (table["state"] != "created" && table["exact"] == true && table["rows_before"].is_number())
      counts.emplace_back(report::short_name(table["table"].get<std::string>()), table["rows_before"].get<long long>());
  return counts;
}

}  // namespace

RollbackPlan make_rollback_plan(Project& project, const revisions::Revision& revision, postgres::Connection& session,
                                const RollbackMeans& means) {
  RollbackPlan plan;
  plan.revision = revision.id;
  plan.message = revision.message;
  const std::unique_ptr<script::Migration> migration = project.open(revision);
  plan.is_reversible = !revision.irreversible && migration->has_downgrade();
  const std::string applied = applied_at(session, project.config().text("ledger_schema"), revision.id, plan.is_applied);
  plan.backup =
      newest_backup(project, revision, read_identity(session), labels_of(revision, migration->metadata()), applied);

  plan.steps.push_back(
      application_step(project, "Stop the application", "stop", "stop whatever writes to the database"));
  plan.steps.back().commands.emplace_back("waxwing sessions --fail-if-any");
  const std::string parents = revision.revises.empty() ? "base" : base::join(revision.revises, " ");
  if (plan.is_reversible) {
    RollbackStep step{"Undo the revision",
                      {"waxwing downgrade " + (revision.revises.size() == 1 ? parents
                                               : revision.revises.empty()   ? "base"
                                                                            : "-1")},
                      ""};
    plan.steps.push_back(std::move(step));
  }
  const std::string folder = project.shown(backup_folder(project));
  RollbackStep restore{plan.is_reversible ? "Only if that fails: restore the backup" : "Restore the backup", {}, ""};
  if (plan.backup) {
    restore.commands.push_back(restore_command(*plan.backup, means));
    restore.remark = fmt::format(
        "made {}, {}{}; what was written since then is lost", plan.backup->time, base::human_size(plan.backup->bytes),
        plan.backup->is_proved         ? ", proved"
        : plan.backup->is_for_revision ? ""
                                       : "; its name does not say that it is for this revision");
  } else {
    restore.remark =
        applied.empty()
            ? fmt::format("there is no backup in {} yet: waxwing backup makes one before the upgrade", folder)
            : fmt::format("there is NO backup in {} from before {}", folder, applied);
  }
  plan.steps.push_back(std::move(restore));
  RollbackStep code = application_step(project, "Put the previous code back", "deploy", "deploy the version before");
  if (const std::string commit = commit_before(project, revision.path); !commit.empty()) {
    if (!code.commands.empty())
      code.commands.front() = base::replace_all(code.commands.front(), "{commit}", commit);
    else
      code = {code.title, {"git checkout " + commit}, fmt::format("the commit before {} came", revision.path)};
  }
  plan.steps.push_back(std::move(code));
  plan.steps.push_back(application_step(project, "Start the application", "start", "start it"));
  RollbackStep check{"Look whether all is well",
                     {"waxwing current", "waxwing check orphans"},
                     "the revision is " + parents + " again"};
  if (const std::string health = project.config()["application"].value.text("health"); !health.empty())
    check.commands.push_back(health);
  plan.steps.push_back(std::move(check));

  if (plan.is_applied)
    plan.counts = recorded_counts(revisions::Ledger(project.config().text("ledger_schema")), session, revision.id);
  plan.counts_are_of_before = !plan.is_applied || !plan.counts.empty();
  if (!plan.counts.empty()) return plan;
  for (const TouchedTable& table : find_impact(project, revision, session).tables)
    if (table.exists && !table.is_created) plan.counts.emplace_back(table.name, table.rows);
  return plan;
}

}  // namespace migrate
