// Three looks: empty tables, transactions that hold locks, indexes and constraints that are not valid.
#include "migrate/backup_checks.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace migrate {

namespace {

struct Look {
  const char* doing;
  const char* ok;
  std::vector<std::string> (*find)(postgres::Connection&, const Manifest&);
};

std::vector<std::string> first_column(const postgres::Result& result) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < result.rows(); ++i) texts.push_back(result.text(i, 0));
  return texts;
}

std::vector<std::string> empty_tables(postgres::Connection&, const Manifest& manifest) {
  constexpr std::size_t most = 5;
  std::vector<std::string> names;
  for (const schema::TableSum& table : manifest.tables)
    if (table.rows == 0 && table.schema != manifest.ledger_schema) names.push_back(table.shown());
  if (names.size() > most) {
    const std::size_t more = names.size() - most;
    names.resize(most);
    return {fmt::format("{} tables are empty: {} and {} more", most + more, base::join(names, ", "), more)};
  }
  for (std::string& name : names) name = fmt::format("table {} is empty", name);
  return names;
}

std::vector<std::string> open_transactions(postgres::Connection& connection, const Manifest&) {
  return first_column(connection.query(
      "SELECT pg_catalog.format('pid %s (user %s, application \"%s\") has had a transaction open for %s s', pid, "
      "usename, application_name, pg_catalog.floor(extract(epoch FROM pg_catalog.now() - xact_start))) FROM "
      "pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database() AND pid <> "
      "pg_catalog.pg_backend_pid() AND backend_type = 'client backend' AND xact_start < pg_catalog.now() - '10 "
      "s'::pg_catalog.interval UNION ALL SELECT pg_catalog.format('the prepared transaction %L holds its locks', gid) "
      "FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database() ORDER BY 1"));
}

std::vector<std::string> not_valid(postgres::Connection& connection, const Manifest&) {
  return first_column(connection.query(
      "SELECT pg_catalog.format('index %s is not valid', indexrelid::pg_catalog.regclass) FROM pg_catalog.pg_index "
      "WHERE NOT indisvalid UNION ALL SELECT pg_catalog.format('constraint %I of %s was never validated', conname, "
      "conrelid::pg_catalog.regclass) FROM pg_catalog.pg_constraint WHERE NOT convalidated AND conrelid <> 0 ORDER BY "
      "1"));
}

constexpr Look looks[] = {
    {"Checking for empty tables", "Every table has rows", empty_tables},
    {"Checking for open transactions", "No transaction is open for long", open_transactions},
    {"Checking for invalid indexes and constraints", "All indexes and constraints are valid", not_valid},
};

}  // namespace

std::vector<std::string> look_for_blockers(postgres::Connection& connection, const Manifest& manifest,
                                           base::Console& console) {
  std::vector<std::string> all;
  std::size_t number = 0;
  for (const Look& look : looks) {
    console.result(fmt::format("[{}/{}] {}...", ++number, std::size(looks), look.doing));
    const std::vector<std::string> warnings = look.find(connection, manifest);
    for (const std::string& each : warnings) console.result("WARNING: " + each);
    if (warnings.empty()) console.result(console.mark(base::Mark::ok) + " " + look.ok);
    console.result("");
    all.insert(all.end(), warnings.begin(), warnings.end());
  }
  return all;
}

}  // namespace migrate
