// The dump and the sums of all tables are made at the same time, in one snapshot.
#include "migrate/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "migrate/backup_checks.hpp"
#include "migrate/progress.hpp"
#include "migrate/restore_parts.hpp"
#include "migrate/runner.hpp"
#include "migrate/touched.hpp"
#include "postgres/dump.hpp"
#include "schema/objects.hpp"

namespace migrate {

using base::Error;
using base::Mark;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

/// "24.3" becomes "24_3": letters that a file's name may have everywhere.
std::string label_in_name(const std::string& label) {
  std::string out;
  for (const char c : label)
    out += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ? c : '_';
  if (out.empty() || out.size() > 100) throw Error(code::usage, "--label takes 1 to 100 characters");
  return out;
}

/// The file while it is written: nobody takes it for a backup, and it ends with this object.
class UnfinishedFile {
 public:
  UnfinishedFile(const std::string& folder, const std::string& name) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    remove_abandoned(folder);
    path_ = fmt::format("{}/.{}.part-{}", folder, name, getpid());
    // The database's contents are for this user alone.
    const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
      throw Error(code::backup_failed, "cannot write into " + folder)
          .because(std::strerror(errno))
          .advise("make the folder, or name another one with backup_folder in waxwing.lua");
    close(fd);
  }
  ~UnfinishedFile() { unlink(path_.c_str()); }
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  /// Left by processes that were killed.
  static void remove_abandoned(const std::string& folder) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
      const std::string name = entry.path().filename().string();
      const std::size_t part = name.rfind(".part-");
      if (!name.starts_with(".pre_migration_") || part == std::string::npos) continue;
      const pid_t owner = std::atoi(name.c_str() + part + 6);
      if (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH) fs::remove(entry.path(), ignored);
    }
  }
  std::string path_;
};

std::string position_of(Project& project, const revisions::Applied& applied) {
  try {
    return position(project.graph(), applied);
  } catch (const Error&) {
    // A backup is possible without migrations, and above all with broken ones.
    return applied.empty() ? "base" : base::join(applied, ", ");
  }
}

class Backup {
 public:
  Backup(Project& project, const BackupOptions& options, base::Console& console)
      : project_(project),
        options_(options),
        console_(console),
        connection_(project.connect(Purpose::look)),
        programs_(postgres::find_client_programs(connection_->server_version())) {}

  MadeBackup make() {
    open_snapshot();
    const std::string folder = backup_folder(project_);
    const std::string stem =
        fmt::format("pre_migration_{}_{}",
                    label_in_name(options_.label.empty() ? manifest_.position.substr(0, 100) : options_.label),
                    base::file_timestamp(base::clock().now()));
    const UnfinishedFile file(folder, stem);
    print_where(project_.shown(folder + "/" + stem + ".dump"));
    dump_and_sum(file.path());
    connection_->query("COMMIT");
    base::sync_file(file.path());
    manifest_.bytes = fs::file_size(file.path());
    auto hash = std::async(std::launch::async, [&] { return base::sha256_of_file(file.path()); });
    if (options_.proves)
      prove(manifest_, file.path(), *connection_, programs_, options_.proves_on_server, console_);
    else
      manifest_.proof.reason = "--no-proof";
    manifest_.sha256 = hash.get();
    give_name(file.path(), folder, stem);
    MadeBackup made{manifest_, {}};
    print_outcome(made);
    return made;
  }

 private:
  /// From here on everything is seen as it is now, by us and by pg_dump.
  void open_snapshot() {
    manifest_.database = read_identity(*connection_);
    const revisions::Ledger ledger(project_.config().text("ledger_schema"));
    manifest_.is_partial = !options_.tables.empty();
    selected_ = selected_tables();
    if (!options_.touched.empty()) select_touched(ledger);
    connection_->query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + schema::sum_settings_sql());
    const postgres::Result state = connection_->query(
        "SELECT pg_catalog.pg_export_snapshot(), CASE WHEN pg_catalog.pg_is_in_recovery() THEN "
        "pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END");
    snapshot_ = state.text(0, 0);
    manifest_.lsn = state.text(0, 1);
    manifest_.created_at = base::local_timestamp(base::clock().now());
    manifest_.waxwing_version = base::version();
    manifest_.label = options_.label;
    manifest_.ledger_schema = ledger.schema();
    if (ledger.read_version(*connection_) > 0) manifest_.revisions = revisions::applied_ids(ledger.read(*connection_));
    manifest_.position = position_of(project_, manifest_.revisions);
    std::sort(manifest_.revisions.begin(), manifest_.revisions.end());
    manifest_.objects = schema::read_objects(*connection_);
    choose_tables();
  }

  /// (schema, name) of the tables of --tables, with their partitions.
  std::vector<std::pair<std::string, std::string>> selected_tables() {
    std::vector<std::pair<std::string, std::string>> selected;
    if (options_.tables.empty()) return selected;
    // By the search_path of the project, as a script would find them.
    const auto connection = project_.connect(Purpose::check);
    for (const std::string& name : options_.tables) {
      const auto found = find_tables(*connection, name);
      if (found.empty())
        throw Error(code::backup_failed, fmt::format("there is no table {}", name))
            .advise("name tables as SQL does: users, billing.invoices, \"Order Lines\"")
            .state("nothing was written");
      selected.insert(selected.end(), found.begin(), found.end());
    }
    return selected;
  }

  void select_touched(const revisions::Ledger& ledger) {
    const auto steps =
        revisions::plan_upgrade(project_.graph(), revisions::applied_ids(ledger.read(*connection_)), options_.touched);
    const auto reader = project_.connect(Purpose::check);
    for (const revisions::Step& step : steps) {
      const Touched touched = touched_by(project_, *reader, step);
      if (!touched.unknown.empty()) {
        console_.warn("backup", fmt::format("what {} touches cannot be known beforehand ({}); all tables are backed up",
                                            step.revision->id, touched.unknown));
        manifest_.is_partial = false;
        manifest_.touched.clear();
        return;
      }
      selected_.insert(selected_.end(), touched.tables.begin(), touched.tables.end());
      manifest_.touched.push_back(step.revision->id);
    }
    manifest_.is_partial = true;
    selected_ = with_foreign_keys(*connection_, std::move(selected_));
    if (selected_.empty())
      throw Error(code::backup_failed, fmt::format("upgrading to {} touches no table that is there", options_.touched))
          .because(steps.empty() ? "nothing is pending" : "it drops, rewrites and updates nothing")
          .advise("waxwing backup    without --touched backs up everything");
  }

  void choose_tables() {
    std::vector<schema::TableSum> all = schema::read_tables(*connection_);
    if (!manifest_.is_partial) {
      manifest_.tables = std::move(all);
      return;
    }
    for (schema::TableSum& table : all)
      if (std::find(selected_.begin(), selected_.end(), std::pair(table.schema, table.name)) != selected_.end())
        manifest_.tables.push_back(std::move(table));
      else
        without_rows_.push_back(table.quoted());
  }

  void print_where(const std::string& file) {
    const auto line = [this](const char* name, const std::string& value) {
      console_.result(base::pad_right(name, 11) + value);
    };
    line("Database", fmt::format("{} (PostgreSQL {})", manifest_.database.name, manifest_.database.server_version));
    line("Host", manifest_.database.host + ":" + manifest_.database.port);
    line("User", manifest_.database.user);
    line("Revision", manifest_.position);
    if (manifest_.is_partial) {
      std::vector<std::string> names;
      for (const schema::TableSum& table : manifest_.tables) names.push_back(table.shown());
      line("Tables", base::join(names, ", "));
    }
    line("File", file);
  }

  /// pg_dump and the sums are both at work; the failure of one ends the other.
  void dump_and_sum(const std::string& path) {
    std::atomic<bool> has_failed = false;
    auto sums = std::async(std::launch::async, [&] {
      try {
        schema::compute_sums({connection_.get()}, manifest_.tables);
        if (!manifest_.is_partial) manifest_.large_objects = schema::large_object_sum(*connection_);
      } catch (...) {
        has_failed = true;
        throw;
      }
    });
    const auto canceller = connection_->canceller();
    const auto end_sums = [&] {
      while (sums.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) canceller->cancel();
    };
    try {
      Progress progress(console_, "dumping", 0);
      postgres::DumpOptions options;
      options.snapshot = snapshot_;
      options.without_rows = without_rows_;
      options.lock_wait_ms = std::max(1000 * project_.config().integer("lock_wait_s"), 1000LL);
      options.while_waiting = [&] {
        if (has_failed) throw Error(code::backup_failed, "the tables cannot be read");
        std::error_code ignored;
        if (progress.is_due()) progress.show(static_cast<double>(fs::file_size(path, ignored)));
      };
      postgres::dump(programs_, connection_->url(), path, options);
    } catch (const Error&) {
      const bool sums_failed_first = has_failed;
      end_sums();
      if (sums_failed_first) sums.get();
      throw;
    }
    sums.get();
  }

  void give_name(const std::string& unfinished, const std::string& folder, const std::string& stem) {
    for (int copy = 1;; ++copy) {
      manifest_.path = fmt::format("{}/{}{}.dump", folder, stem, copy == 1 ? "" : fmt::format("_{}", copy));
      if (!base::file_exists(manifest_path(manifest_.path)) && base::rename_to_new_name(unfinished, manifest_.path))
        break;
    }
    try {
      write_manifest(manifest_);
    } catch (const Error&) {
      unlink(manifest_.path.c_str());
      throw;
    }
  }

  void print_outcome(MadeBackup& made) {
    const std::string file = project_.shown(manifest_.path);
    console_.result(fmt::format("{}{}", base::pad_right("Size", 11), base::human_size(manifest_.bytes)));
    console_.result("");
    console_.result(console_.mark(Mark::ok) + " Backup created successfully!");
    if (manifest_.proof.passed)
      console_.result(console_.mark(Mark::ok) + " Data validation passed");
    else
      console_.result(console_.mark(Mark::warning) + " Not proved (" + manifest_.proof.reason + ")");
    console_.result("");
    made.warnings = look_for_blockers(*connection_, manifest_, console_);
    const std::string& environment = project_.config().environment();
    const bool is_usual = project_.config()["environment"].value == base::Value(environment);
    console_.result(fmt::format("To restore from this backup, run: waxwing {}restore {}",
                                environment.empty() || is_usual ? "" : "--env " + environment + " ", file));
    if (manifest_.is_partial && manifest_.touched.empty())
      console_.result(
          "It holds the rows of some tables, so no migration takes it for a backup: waxwing backup --touched REV");
    else if (manifest_.proof.passed)
      console_.result("You can now safely run the migration");
  }

  Project& project_;
  const BackupOptions& options_;
  base::Console& console_;
  std::unique_ptr<postgres::Connection> connection_;
  postgres::ClientPrograms programs_;
  std::string snapshot_;
  std::vector<std::pair<std::string, std::string>> selected_;
  std::vector<std::string> without_rows_;
  Manifest manifest_;
};

}  // namespace

MadeBackup make_backup(Project& project, const BackupOptions& options, base::Console& console) {
  try {
    return Backup(project, options, console).make();
  } catch (Error& error) {
    console.result(console.mark(Mark::failed) + " Backup failed!");
    if (error.state().empty()) error.state("no backup was made; what was written is removed");
    throw;
  }
}

}  // namespace migrate
