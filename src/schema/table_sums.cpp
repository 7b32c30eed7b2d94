// The checksum is a sum of hashes of rows. A row's own hash is hashed once more: by itself it is a linear combination
// of the columns' hashes, and a sum of such would not see values that changed places between rows.
#include "schema/table_sums.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <nlohmann/json.hpp>

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace schema {

std::string TableSum::quoted() const { return postgres::quote_qualified(schema, name); }

std::string TableSum::shown() const {
  const std::string table = postgres::format_identifier(name);
  return schema == "public" ? table : postgres::format_identifier(schema) + "." + table;
}

// By value: bool, bytea, the integers, text, oid, varchar, date, time, both timestamps, uuid.
std::vector<TableSum> read_tables(postgres::Session& session) {
  const postgres::Result found = session.query(
      "SELECT n.nspname, c.relname, (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attname COLLATE \"C\") FROM "
      "pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), "
      "c.relpages::pg_catalog.int8 * 8192, CASE WHEN "
      "pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 140000 THEN (SELECT "
      "pg_catalog.json_agg(a.attname ORDER BY a.attname COLLATE \"C\") FROM pg_catalog.pg_attribute a WHERE a.attrelid "
      "= c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = ANY "
      "(ARRAY[16, 17, 20, 21, 23, 25, 26, 1043, 1082, 1083, 1114, 1184, 2950]::pg_catalog.oid[]) AND (a.attcollation = "
      "0::pg_catalog.oid OR (SELECT collisdeterministic FROM pg_catalog.pg_collation l WHERE l.oid = a.attcollation))) "
      "END FROM "
      "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
      "c.relnamespace WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname::text !~ '^pg_' AND n.nspname <> "
      "'information_schema' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.classid = "
      "'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'e') ORDER BY n.nspname COLLATE \"C\", c.relname "
      "COLLATE \"C\"");
  std::vector<TableSum> tables;
  for (std::size_t i = 0; i < found.rows(); ++i) {
    TableSum table{found.text(i, 0), found.text(i, 1), {}, 0, "", found.is_null(i, 3) ? 0 : found.integer(i, 3)};
    if (!found.is_null(i, 2)) table.columns = nlohmann::json::parse(found.text(i, 2)).get<std::vector<std::string>>();
    if (!found.is_null(i, 4)) table.by_value = nlohmann::json::parse(found.text(i, 4)).get<std::vector<std::string>>();
    tables.push_back(std::move(table));
  }
  return tables;
}

const std::string& sum_settings_sql() {
  static const std::string sql =
      "SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = "
      "postgres; SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = hex; SET LOCAL "
      "lc_monetary = 'C'; SET LOCAL xmlbinary = base64; SET LOCAL row_security = off; SET LOCAL statement_timeout = 0; "
      "SET LOCAL idle_in_transaction_session_timeout = 0";
  return sql;
}

std::string sum_sql(const TableSum& table) {
  std::vector<std::string> columns;
  for (const std::string& column : table.columns) {
    const bool is_text =
        !table.by_value.empty() && !std::binary_search(table.by_value.begin(), table.by_value.end(), column);
    columns.push_back(postgres::quote_identifier(column) + (is_text ? "::pg_catalog.text" : ""));
  }
  const std::string row = "ROW(" + base::join(columns, ", ") + ")";
  const std::string hashed = table.by_value.empty() ? row : fmt::format("pg_catalog.hash_record_extended({}, 0)", row);
  return fmt::format(
      "SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended({}::pg_catalog.text COLLATE "
      "\"C\", 0)), 0)::pg_catalog.text FROM ONLY {}",
      hashed, table.quoted());
}

void compute_sums(const std::vector<postgres::Connection*>& connections, std::vector<TableSum>& tables) {
  std::vector<TableSum*> largest_first;
  for (TableSum& table : tables) largest_first.push_back(&table);
  std::stable_sort(largest_first.begin(), largest_first.end(),
                   [](const TableSum* a, const TableSum* b) { return a->bytes > b->bytes; });
  std::atomic<std::size_t> next = 0;
  const auto work = [&](postgres::Connection* connection) {
    for (std::size_t i = next++; i < largest_first.size(); i = next++) try {
        const postgres::Result found = connection->query(sum_sql(*largest_first[i]));
        largest_first[i]->rows = found.integer(0, 0);
        largest_first[i]->sum = found.text(0, 1);
      } catch (...) {
        next = largest_first.size();
        throw;
      }
  };
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < connections.size(); ++i)
    others.push_back(std::async(std::launch::async, work, connections[i]));
  work(connections.front());
  for (std::future<void>& each : others) each.get();
}

std::string large_object_sum(postgres::Session& session) {
  const postgres::Result found = session.query(
      "SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata), "
      "pg_catalog.has_table_privilege('pg_catalog.pg_largeobject', 'SELECT')");
  if (found.integer(0, 0) == 0) return {};
  const std::string count = base::count_of(found.integer(0, 0), "large object");
  if (!found.boolean(0, 1)) return count;
  return count + ", " +
         session
             .query(
                 "SELECT pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat(loid, ' ', pageno, ' ', "
                 "pg_catalog.md5(data)) COLLATE \"C\", 0)) FROM pg_catalog.pg_largeobject")
             .text(0, 0);
}

}  // namespace schema
