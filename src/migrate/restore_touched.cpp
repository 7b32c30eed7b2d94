// A backup of what a migration touches, brought back after that migration: definitions and touched rows come from the
// backup, the rows of all other tables from the database as it is.
#include "migrate/restore_touched.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "migrate/restore_parts.hpp"
#include "postgres/dump.hpp"
#include "postgres/quote.hpp"
#include "revisions/journal.hpp"
#include "schema/objects.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

namespace {

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// The rows that stay, on their way from one set of tables into the other; they end with this object.
class CarriedRows {
 public:
  explicit CarriedRows(const std::string& folder)
      : path_(fmt::format("{}/.pre_migration_carried.part-{}", folder, getpid())) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) throw Error(code::restore_failed, "cannot write into " + folder).because(std::strerror(errno));
    close(fd);
  }
  ~CarriedRows() { unlink(path_.c_str()); }
  CarriedRows(const CarriedRows&) = delete;
  CarriedRows& operator=(const CarriedRows&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string identity(const std::string& schema, const std::string& name) {
  return postgres::format_identifier(schema) + "." + postgres::format_identifier(name);
}

/// Sequences whose values the backup has to give: those of touched tables, and those that it does not know.
std::vector<std::string> foreign_sequences(postgres::Session& session, const std::vector<schema::TableSum>& carried,
                                           const std::vector<std::string>& objects) {
  const postgres::Result found = session.query(
      "SELECT n.nspname, c.relname, t.relname, tn.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
      "n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_depend d ON d.classid = "
      "'pg_catalog.pg_class'::pg_catalog.regclass::oid AND d.objid = c.oid AND d.refclassid = "
      "'pg_catalog.pg_class'::pg_catalog.regclass::oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 LEFT JOIN "
      "pg_catalog.pg_class t ON t.oid = d.refobjid LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace "
      "WHERE c.relkind = 'S'");
  std::vector<std::string> sequences;
  for (std::size_t i = 0; i < found.rows(); ++i) {
    const std::string schema = found.text(i, 0), name = found.text(i, 1);
    const bool is_carried = found.is_null(i, 2)
                                ? has(objects, "sequence " + identity(schema, name))
                                : std::any_of(carried.begin(), carried.end(), [&](const schema::TableSum& table) {
                                    return table.name == found.text(i, 2) && table.schema == found.text(i, 3);
                                  });
    if (!is_carried) sequences.push_back(postgres::quote_qualified(schema, name));
  }
  return sequences;
}

std::string lock_sql(const std::vector<schema::TableSum>& tables) {
  std::vector<std::string> names;
  for (const schema::TableSum& table : tables) names.push_back("ONLY " + table.quoted());
  return names.empty() ? "" : "LOCK TABLE " + base::join(names, ", ") + " IN ACCESS EXCLUSIVE MODE;\n";
}

Error cannot(const std::string& why) {
  return Error(code::restore_breaks, "this backup alone cannot bring the database back")
      .because(why)
      .advise("restore a whole backup, or this one into an empty database of its own: waxwing restore FILE --into URL")
      .state("nothing was changed");
}

}  // namespace

bool needs_definitions(postgres::Session& session, const Manifest& manifest, const revisions::Applied& applied) {
  for (const std::string& revision : manifest.touched)
    if (has(applied, revision)) return true;
  const std::vector<schema::TableSum> now = schema::read_tables(session);
  return std::any_of(manifest.tables.begin(), manifest.tables.end(), [&](const schema::TableSum& table) {
    const auto found =
        std::find_if(now.begin(), now.end(), [&](const schema::TableSum& each) { return each.is_same_table(table); });
    return found == now.end() || found->columns != table.columns;
  });
}

std::vector<schema::TableSum> carried_tables(postgres::Session& session, const Manifest& manifest) {
  std::vector<schema::TableSum> tables = schema::read_tables(session);
  std::erase_if(tables, [&](const schema::TableSum& table) {
    return !has(manifest.objects, "table " + identity(table.schema, table.name)) ||
           std::any_of(manifest.tables.begin(), manifest.tables.end(),
                       [&](const schema::TableSum& each) { return each.is_same_table(table); });
  });
  return tables;
}

void refuse_touched(postgres::Connection& connection, const Manifest& manifest, const revisions::Applied& applied) {
  if (!read_identity(connection).is_same(manifest.database))
    throw cannot("it has the rows of some tables only, and the others would stay those of another database");
  for (const std::string& revision : applied)
    if (!has(manifest.revisions, revision) && !has(manifest.touched, revision))
      throw cannot(fmt::format("{} was applied since, and the backup was made for {}", revision,
                               base::join(manifest.touched, ", ")));
  for (const std::string& revision : manifest.revisions)
    if (!has(applied, revision)) throw cannot(fmt::format("{} was undone since, and its rows are not in it", revision));
  if (!schema::large_object_sum(connection).empty())
    throw cannot("the database has large objects, and nobody knows which of them the migration has touched");
}

void restore_touched(Project& project, LockedDatabase& database, const Manifest& manifest,
                     std::vector<schema::TableSum>& carried, const std::vector<std::string>& kept_extensions,
                     bool without_owners, const postgres::ClientPrograms& programs, const std::string& record_sql) {
  const CarriedRows rows(backup_folder(project));
  // Names come qualified, as in the backup, and what is summed is what is dumped.
  const auto reader = project.connect_again(database.connection().url());
  reader->query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + schema::sum_settings_sql());
  postgres::DumpOptions options;
  options.snapshot = reader->query("SELECT pg_catalog.pg_export_snapshot()").text(0, 0);
  options.lock_wait_ms = 10000;
  for (const schema::TableSum& table : schema::read_tables(*reader))
    if (std::none_of(carried.begin(), carried.end(),
                     [&](const schema::TableSum& each) { return each.is_same_table(table); }))
      options.without_rows.push_back(table.quoted());
  const std::vector<std::string> sequences = foreign_sequences(*reader, carried, manifest.objects);
  options.without_rows.insert(options.without_rows.end(), sequences.begin(), sequences.end());
  schema::compute_sums({reader.get()}, carried);
  postgres::dump(programs, reader->url(), rows.path(), options);
  reader->query("COMMIT");

  const std::string same = compare_tables_sql(carried);
  const std::string before =
      lock_sql(carried) +
      base::replace_all(same, " were backed up", " were there a moment ago: somebody writes to it, stop the services") +
      schema::drop_all_sql(kept_extensions);
  postgres::DumpScript script;
  std::vector<std::string> owners;
  if (without_owners) owners = {"--no-owner", "--no-privileges"};
  const auto add = [&](std::vector<std::string> arguments, const std::string& file) {
    arguments.insert(arguments.end(), owners.begin(), owners.end());
    arguments.push_back(file);
    script.archive_arguments.push_back(std::move(arguments));
  };
  add({"--no-subscriptions", "--section=pre-data"}, manifest.path);
  add({"--section=data"}, manifest.path);
  add({"--section=data"}, rows.path());
  add({"--no-subscriptions", "--section=post-data"}, manifest.path);
  const revisions::Ledger ledger(manifest.ledger_schema);
  const revisions::Journal journal(manifest.ledger_schema);
  std::string after = compare_tables_sql(manifest.tables) + same + compare_objects_sql(manifest.objects);
  for (const std::string& revision : manifest.touched)
    after += ledger.unapply_sql(revision) + ";\n" + journal.forget_sql(revision) + ";\n";
  run_restore(programs, database.connection().url(), before, script, after + record_sql);
}

}  // namespace migrate
