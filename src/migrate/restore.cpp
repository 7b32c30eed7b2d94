// Everything is dropped and made again in one transaction, so that nobody ever sees half of it.
#include "migrate/restore.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "migrate/restore_parts.hpp"
#include "migrate/restore_record.hpp"
#include "migrate/restore_touched.hpp"
#include "migrate/runner.hpp"
#include "postgres/dump.hpp"
#include "schema/objects.hpp"

namespace migrate {

using base::Error;
using postgres::ArchiveFormat;
namespace code = base::code;

namespace {

ArchiveFormat readable_format(const std::string& path) {
  const ArchiveFormat format = postgres::archive_format(path);
  if (format == ArchiveFormat::custom || format == ArchiveFormat::plain) return format;
  throw Error(code::bad_backup, path + " is no dump that can be restored")
      .because(format == ArchiveFormat::empty ? "it is empty"
               : format == ArchiveFormat::tar ? "it is an archive in tar format; custom and plain are understood"
                                              : "it is neither an archive of pg_dump in custom format nor an SQL text")
      .advise("waxwing backup list")
      .state("nothing was changed");
}

/// As the statistics have it: counting all rows would take long.
long long rows_about(postgres::Session& session) {
  return session
      .query(
          "SELECT coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_live_tuples(c.oid)), 0)::pg_catalog.int8 FROM "
          "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND "
          "n.nspname::text !~ '^pg_' AND n.nspname <> 'information_schema'")
      .integer(0, 0);
}

std::vector<std::string> extensions_in(const std::vector<std::string>& objects) {
  constexpr std::string_view kind = "extension ";
  std::vector<std::string> names;
  for (const std::string& each : objects)
    if (each.starts_with(kind)) names.push_back(each.substr(kind.size()));
  return names;
}

class Restore {
 public:
  Restore(Project& project, const RestoreOptions& options, const Confirm& confirm, base::Console& console)
      : project_(project),
        options_(options),
        confirm_(confirm),
        console_(console),
        path_(find_backup(project, options.file)),
        format_(readable_format(path_)) {}

  RestoreSummary run() {
    if (base::file_exists(manifest_path(path_)))
      manifest_ = check_backup_file(path_);
    else
      console_.warn("restore", project_.shown(path_) + " has no manifest: what is restored cannot be compared");
    if (!options_.tables.empty() && (!manifest_ || format_ != ArchiveFormat::custom))
      throw Error(code::bad_backup, "--table needs a backup in custom format with its manifest")
          .advise("restore the whole file, or make backups with waxwing backup")
          .state("nothing was changed");
    // The lock keeps migrators out; the ledger may be missing, and is not made.
    LockedDatabase database(project_, console_, false);
    postgres::Connection& connection = database.connection();
    const postgres::ClientPrograms programs = postgres::find_client_programs(connection.server_version());
    here_ = read_identity(connection);
    const std::vector<std::string> now = schema::read_objects(connection);
    const bool is_empty = now.empty() && schema::is_empty_database(connection);
    summary_.file = project_.shown(path_);
    const bool is_partial = manifest_ && manifest_->is_partial && !is_empty;
    if (is_partial && options_.tables.empty() && !manifest_->touched.empty() &&
        needs_definitions(connection, *manifest_, applied_now(connection)))
      touched(database, programs, now);
    else if (is_partial || !options_.tables.empty())
      some_tables(database, programs);
    else
      everything(database, programs, now, is_empty);
    summary_.position = position_now(connection);
    summary_.milliseconds = stopwatch_.milliseconds();
    record_->done(connection, summary_, compared_);
    return summary_;
  }

 private:
  void everything(LockedDatabase& database, const postgres::ClientPrograms& programs,
                  const std::vector<std::string>& now, bool is_empty) {
    postgres::Connection& connection = database.connection();
    tell_created_since(now);
    if (!is_empty) confirm_(here_.name, over_everything(connection, now) + of_another_database());
    postgres::DumpScript script;
    std::string before, after;
    if (format_ == ArchiveFormat::plain) {
      script.plain_file = path_;
    } else {
      script.archive_arguments = {{"--no-subscriptions", path_}};
      std::vector<std::string>& arguments = script.archive_arguments.front();
      if (options_.without_owners) arguments.insert(arguments.begin(), {"--no-owner", "--no-privileges"});
      if (options_.keeps_new_objects && !is_empty) arguments.insert(arguments.begin(), {"--clean", "--if-exists"});
    }
    if (!is_empty && !options_.keeps_new_objects)
      before = schema::drop_all_sql(extensions_in(manifest_ ? manifest_->objects : now));
    if (manifest_) {
      after = compare_tables_sql(manifest_->tables);
      if (!options_.keeps_new_objects) after += compare_objects_sql(manifest_->objects);
      note_comparison(manifest_->tables);
    }
    console_.info("restore", fmt::format("restoring {} into {} in one transaction", summary_.file, here_.shown()));
    recorded(connection, [&](const std::string& record) {
      run_restore(programs, connection.url(), before, script, after + record);
    });
  }

  void touched(LockedDatabase& database, const postgres::ClientPrograms& programs,
               const std::vector<std::string>& now) {
    postgres::Connection& connection = database.connection();
    if (options_.keeps_new_objects)
      throw Error(code::usage, "--keep-new is for backups of a whole database").state("nothing was changed");
    refuse_touched(connection, *manifest_, applied_now(connection));
    std::vector<schema::TableSum> carried = carried_tables(connection, *manifest_);
    tell_created_since(now);
    confirm_(here_.name, fmt::format("{}; {} tables keep the rows that they have now", over_everything(connection, now),
                                     carried.size()));
    console_.info("restore", fmt::format("restoring {} into {} in one transaction; the rows of {} other tables stay",
                                         summary_.file, here_.shown(), carried.size()));
    recorded(connection, [&](const std::string& record) {
      restore_touched(project_, database, *manifest_, carried, extensions_in(manifest_->objects),
                      options_.without_owners, programs, record);
    });
    summary_.carried = carried.size();
    note_comparison(manifest_->tables);
  }

  void tell_created_since(const std::vector<std::string>& now) {
    if (manifest_)
      std::set_difference(now.begin(), now.end(), manifest_->objects.begin(), manifest_->objects.end(),
                          std::back_inserter(summary_.created_since));
    for (const std::string& each : summary_.created_since)
      console_.result(
          fmt::format("{} {} (created since the backup)", options_.keeps_new_objects ? "keeps" : "removes", each));
  }

  std::string over_everything(postgres::Connection& connection, const std::vector<std::string>& now) const {
    return fmt::format("restoring {} over everything in {} ({} and about {})", summary_.file, here_.shown(),
                       base::count_of(static_cast<long long>(now.size()), "object"),
                       base::count_of(rows_about(connection), "row"));
  }

  revisions::Applied applied_now(postgres::Connection& connection) const {
    return revisions::applied_ids(revisions::Ledger(project_.config().text("ledger_schema")).read(connection));
  }

  /// Nothing that the user could still refuse comes after this.
  void recorded(postgres::Connection& connection, const std::function<void(const std::string& at_commit)>& run) {
    record_.emplace(project_, console_, connection, summary_.file, position_now(connection));
    try {
      run(record_->sql_at_commit());
    } catch (const Error& error) {
      record_->failed(connection, error, stopwatch_.milliseconds());
      throw;
    }
  }

  void some_tables(LockedDatabase& database, const postgres::ClientPrograms& programs) {
    const std::vector<schema::TableSum> tables = chosen_tables(database.connection());
    std::vector<std::string> names;
    for (const schema::TableSum& table : tables) names.push_back(table.shown());
    confirm_(here_.name, fmt::format("restoring {} over all rows of {} in {}{}", summary_.file, base::join(names, ", "),
                                     here_.shown(), of_another_database()));
    recorded(database.connection(), [&](const std::string& record) {
      restore_rows(project_, database, *manifest_, tables, programs, record);
    });
    note_comparison(tables);
  }

  std::vector<schema::TableSum> chosen_tables(postgres::Session& session) const {
    std::vector<schema::TableSum> chosen;
    if (options_.tables.empty()) {
      // The ledger says what is applied now, and that is not what it was.
      std::copy_if(manifest_->tables.begin(), manifest_->tables.end(), std::back_inserter(chosen),
                   [&](const schema::TableSum& table) { return table.schema != manifest_->ledger_schema; });
      return chosen;
    }
    for (const std::string& name : options_.tables) {
      const auto here = find_tables(session, name);
      const std::size_t before = chosen.size();
      for (const schema::TableSum& table : manifest_->tables)
        if (table.shown() == name || table.quoted() == name ||
            std::find(here.begin(), here.end(), std::pair(table.schema, table.name)) != here.end())
          chosen.push_back(table);
      if (chosen.size() == before)
        throw Error(code::restore_failed, fmt::format("the backup has no rows of a table {}", name))
            .because("it has " + names_of(manifest_->tables))
            .state("nothing was changed");
    }
    return chosen;
  }

  static std::string names_of(const std::vector<schema::TableSum>& tables) {
    std::vector<std::string> names;
    for (const schema::TableSum& table : tables) names.push_back(table.shown());
    return base::join(names, ", ");
  }

  std::string of_another_database() const {
    if (!manifest_ || here_.is_same(manifest_->database)) return {};
    return ", with a backup of ANOTHER database, " + manifest_->database.shown();
  }

  void note_comparison(const std::vector<schema::TableSum>& tables) {
    summary_.was_compared = true;
    summary_.tables = tables.size();
    for (const schema::TableSum& table : tables) summary_.rows += table.rows;
    compared_ = tables;
  }

  std::string position_now(postgres::Connection& connection) {
    const revisions::Applied applied = applied_now(connection);
    try {
      return position(project_.graph(), applied);
    } catch (const Error&) {
      return applied.empty() ? "base" : base::join(applied, ", ");
    }
  }

  Project& project_;
  const RestoreOptions& options_;
  const Confirm& confirm_;
  base::Console& console_;
  std::string path_;
  ArchiveFormat format_;
  std::optional<Manifest> manifest_;
  DatabaseIdentity here_;
  RestoreSummary summary_;
  std::vector<schema::TableSum> compared_;
  std::optional<RestoreRecord> record_;
  base::Stopwatch stopwatch_;
};

}  // namespace

RestoreSummary restore(Project& project, const RestoreOptions& options, const Confirm& confirm,
                       base::Console& console) {
  return Restore(project, options, confirm, console).run();
}

}  // namespace migrate
