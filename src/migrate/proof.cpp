// A backup is proved by restoring it and comparing rows and objects with what the source had in the same snapshot.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "migrate/backup.hpp"
#include "migrate/progress.hpp"
#include "postgres/dump.hpp"
#include "postgres/scratch_database.hpp"
#include "schema/objects.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

namespace {

std::unique_ptr<postgres::Connection> open_to_look(const postgres::Url& url) {
  postgres::ConnectOptions options;
  options.for_migration = options.runs_scripts = false;
  return postgres::Connection::open(url, options);
}

/// At most a few names, and how many more.
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 5;
  std::vector<std::string> shown(names.begin(),
                                 names.begin() + static_cast<std::ptrdiff_t>(std::min(most, names.size())));
  std::string text = base::join(shown, "\n");
  if (names.size() > most) text += fmt::format("\nand {} more", names.size() - most);
  return text;
}

}  // namespace

std::vector<std::string> different_tables(const std::vector<schema::TableSum>& wanted,
                                          const std::vector<schema::TableSum>& found) {
  std::vector<std::string> different;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].rows != found[i].rows)
      different.push_back(fmt::format("{} has {} there, {} were backed up", wanted[i].shown(),
                                      base::count_of(found[i].rows, "row"), wanted[i].rows));
    else if (wanted[i].sum != found[i].sum)
      different.push_back(wanted[i].shown() + " has other values there");
  }
  return different;
}

std::vector<std::string> different_objects(const std::vector<std::string>& wanted,
                                           const std::vector<std::string>& found) {
  std::vector<std::string> different, missing, more;
  std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(missing));
  std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(), std::back_inserter(more));
  for (const std::string& each : missing)
    // Publications are not restored into a scratch database.
    if (!each.starts_with("publication ")) different.push_back(each + " is missing there");
  for (const std::string& each : more) different.push_back(each + " is there and was not backed up");
  return different;
}

void prove(Manifest& manifest, const std::string& archive, postgres::Connection& source,
           const postgres::ClientPrograms& programs, bool on_server, base::Console& console) {
  const base::Stopwatch stopwatch;
  const postgres::DatabaseShape shape = postgres::read_database_shape(source);
  const double size = static_cast<double>(
      source.query("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())").integer(0, 0));
  std::string why;
  std::optional<postgres::ScratchDatabase> scratch =
      on_server ? std::nullopt
                : postgres::ScratchDatabase::on_private_cluster(shape, source.server_version(),
                                                                static_cast<unsigned long long>(size * 1.3), why);
  if (!why.empty()) console.info("backup", "no private PostgreSQL can hold the copy: " + why);
  if (!scratch) scratch.emplace(postgres::ScratchDatabase::on_server(source, programs, shape));
  console.info("backup", "restoring it into " + scratch->place() + " to prove it");

  const auto first = open_to_look(scratch->url()), second = open_to_look(scratch->url());
  {
    Progress progress(console, "restoring", size);
    postgres::ScratchRestoreOptions options;
    options.with_owners = scratch->is_private();
    options.with_constraints = !manifest.is_partial;
    options.while_waiting = [&] {
      if (progress.is_due())
        progress.show(static_cast<double>(
            first->query("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())").integer(0, 0)));
    };
    postgres::restore_into_scratch(programs, scratch->url(), archive, options);
  }
  for (postgres::Connection* each : {first.get(), second.get()})
    each->query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + schema::sum_settings_sql());
  std::vector<schema::TableSum> found = manifest.tables;
  std::vector<std::string> different;
  try {
    schema::compute_sums({first.get(), second.get()}, found);
    different = different_tables(manifest.tables, found);
    // Without constraints some views are not there either.
    if (!manifest.is_partial)
      for (const std::string& each : different_objects(manifest.objects, schema::read_objects(*first)))
        different.push_back(each);
    const std::string large_objects = schema::large_object_sum(*first);
    // A source whose role may not read them has counted them only.
    if (!large_objects.starts_with(manifest.large_objects) || large_objects.empty() != manifest.large_objects.empty())
      different.push_back("there are " + large_objects + ", backed up were " + manifest.large_objects);
  } catch (const postgres::SqlError& error) {
    different.push_back(error.cause());
  }
  if (!different.empty())
    throw Error(code::backup_not_proved, "the backup restores to something else than what was backed up")
        .because(some_of(different))
        .advise("make the backup again; --no-proof keeps one that is not proved");
  manifest.proof = {true, scratch->is_private() ? "a private PostgreSQL" : "the same server", "",
                    base::local_timestamp(base::clock().now()), stopwatch.milliseconds()};
}

}  // namespace migrate
