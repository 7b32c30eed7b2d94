// One query for all sizes, one for all counts.
#include "migrate/run_measure.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

namespace {

constexpr long long most_bytes_of_table = 16 << 20, most_bytes = 64 << 20;
constexpr std::size_t most_counted = 100, most_listed = 1000;

}  // namespace

const char* const gentle_settings =
    "SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL lock_timeout = 100; SET LOCAL statement_timeout = 2000; ";

const TableMeasure* Measure::find(const std::string& table) const {
  for (const TableMeasure& each : tables)
    if (each.name == table) return &each;
  return nullptr;
}

namespace {

postgres::Result sizes_of(postgres::Connection& connection, const std::string& ledger_schema, const char* bytes,
                          const char* may_be_counted) {
  return connection.query(fmt::format(
      "{}SELECT format('%I.%I', n.nspname, c.relname), {} AS bytes, c.reltuples::int8, c.relkind = 'r' AND {} AND "
      "has_table_privilege(c.oid, 'SELECT') AND NOT c.relrowsecurity, NULL::int8 FROM "
      "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' "
      "AND n.nspname <> 'information_schema' AND (n.nspname <> {} OR n.nspname = 'public') UNION ALL SELECT NULL, "
      "NULL, "
      "NULL, NULL, pg_database_size(current_database()) ORDER BY bytes NULLS FIRST, 1 LIMIT {}",
      gentle_settings, bytes, may_be_counted, postgres::quote_literal(ledger_schema), most_listed));
}

/// Asking for the size of a table waits for its lock; where somebody holds one, the catalogue's last word must do.
postgres::Result sizes_of(postgres::Connection& connection, const std::string& ledger_schema) {
  try {
    return sizes_of(connection, ledger_schema, "pg_relation_size(c.oid)", "true");
  } catch (const postgres::SqlError&) {
    return sizes_of(connection, ledger_schema, "c.relpages::int8 * current_setting('block_size')::int8", "false");
  }
}

}  // namespace

Measure measure(postgres::Connection& connection, const std::string& ledger_schema) {
  Measure found;
  const postgres::Result sizes = sizes_of(connection, ledger_schema);
  std::string counts;
  std::size_t counted = 0;
  long long bytes = 0;
  for (std::size_t row = 0; row < sizes.rows(); ++row) {
    if (sizes.is_null(row, 0)) {
      found.database_bytes = sizes.integer(row, 4);
      continue;
    }
    TableMeasure table{sizes.text(row, 0), sizes.integer(row, 1), sizes.integer(row, 2), false};
    if (sizes.boolean(row, 3) && table.bytes <= most_bytes_of_table && bytes + table.bytes <= most_bytes &&
        counted < most_counted) {
      bytes += table.bytes;
      counts +=
          fmt::format("{}SELECT {}, count(*) FROM {}", counted++ ? " UNION ALL " : "", found.tables.size(), table.name);
    }
    found.tables.push_back(std::move(table));
  }
  if (counts.empty()) return found;
  try {
    const postgres::Result rows = connection.query(gentle_settings + counts);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      TableMeasure& table = found.tables[static_cast<std::size_t>(rows.integer(row, 0))];
      table.rows = rows.integer(row, 1);
      table.is_exact = true;
    }
  } catch (const postgres::SqlError&) {
    // Somebody holds a lock, or it takes too long: the estimates remain.
  }
  return found;
}

nlohmann::ordered_json to_json(const Measure& measure) {
  nlohmann::ordered_json json = {{"database_bytes", measure.database_bytes},
                                 {"tables", nlohmann::ordered_json::array()}};
  for (const TableMeasure& table : measure.tables)
    json["tables"].push_back(
        {{"table", table.name},
         {"bytes", table.bytes},
         {"rows", table.rows < 0 ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(table.rows)},
         {"exact", table.is_exact}});
  return json;
}

}  // namespace migrate
