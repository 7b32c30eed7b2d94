// Reads and writes the ledger's tables of fixes.
#include "migrate/fixes/fix_ledger.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"

struct waxwing_embedded_file {
  const char* name;
  const char* begin;
  const char* end;
};
extern "C" const waxwing_embedded_file embedded_fixes[];

namespace migrate {

using base::Error;
using postgres::quote_literal;
namespace code = base::code;

namespace {

std::string array_literal(const std::vector<std::string>& texts) {
  std::vector<std::string> parts;
  for (const std::string& text : texts) parts.push_back(quote_literal(text));
  return "ARRAY[" + base::join(parts, ", ") + "]::text[]";
}

std::vector<std::string> texts_of(const std::string& json_array) {
  return nlohmann::json::parse(json_array).get<std::vector<std::string>>();
}

std::string uuid_or_null(const std::string& run) { return run.empty() ? "NULL" : quote_literal(run); }

}  // namespace

std::string FixTableRow::shown() const {
  CapturedTable table;
  table.schema = schema;
  table.name = name;
  return table.shown();
}

std::string FixLedger::table(const char* name) const { return postgres::quote_qualified(schema_, name); }

bool FixLedger::exists(postgres::Session& session) const {
  return session.query("SELECT pg_catalog.to_regclass($1::text) IS NOT NULL", {{table("fix")}}).boolean(0, 0);
}

std::string FixLedger::create_sql() const {
  for (const waxwing_embedded_file* file = embedded_fixes; file->name; ++file)
    if (std::string_view(file->name) == "fix_ledger.sql")
      return base::replace_all(std::string(file->begin, file->end), "{schema}", postgres::quote_identifier(schema_));
  throw Error(code::bug, "fix_ledger.sql is not in the program");
}

std::string FixLedger::rows_table(const std::string& run, int number) const {
  return postgres::quote_qualified(schema_, fmt::format("fix_rows_{}_{}", base::replace_all(run, "-", ""), number));
}

std::string FixLedger::insert_sql(const FixRow& row, const std::vector<FixTableRow>& tables) const {
  std::string sql = fmt::format(
      "INSERT INTO {} (run, name, path, reason, ticket, parameters, checksum, source, undoes, is_whole, statements, "
      "duration_ms, lasting, host) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {:.3f}, {}, {})",
      table("fix"), quote_literal(row.run), quote_literal(row.name), quote_literal(row.path), quote_literal(row.reason),
      quote_literal(row.ticket), quote_literal(row.parameters), quote_literal(row.checksum), quote_literal(row.source),
      uuid_or_null(row.undoes), row.is_whole ? "true" : "false", row.statements, row.duration_ms,
      quote_literal(row.lasting), quote_literal(row.host));
  for (const FixTableRow& each : tables)
    sql += fmt::format("; INSERT INTO {} VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})", table("fix_table"),
                       quote_literal(row.run), each.number, quote_literal(each.schema), quote_literal(each.name),
                       array_literal(each.columns), array_literal(each.identity), each.is_key ? "true" : "false",
                       each.inserted, each.updated, each.deleted);
  return sql;
}

std::vector<FixRow> FixLedger::read_where(postgres::Session& session, const std::string& condition,
                                          const postgres::Parameters& parameters, int limit) const {
  if (!exists(session)) return {};
  // An undo is in force when no undo of it is; fixes and their undos are few.
  const postgres::Result rows = session.query(
      fmt::format(
          "WITH force AS (SELECT f.run, f.undoes, f.is_whole, f.committed_at, NOT EXISTS (SELECT FROM {0} u WHERE "
          "u.undoes = "
          "f.run AND u.is_whole AND NOT EXISTS (SELECT FROM {0} r WHERE r.undoes = u.run AND r.is_whole)) AS holds "
          "FROM {0} f) "
          "SELECT f.run, name, path, reason, ticket, parameters, checksum, source, f.undoes, f.is_whole, statements, "
          "duration_ms, lasting, f.committed_at, committed_by, host, rows_removed, u.run, u.is_whole "
          "FROM {0} f LEFT JOIN LATERAL (SELECT force.run, force.is_whole FROM force WHERE force.undoes = f.run AND "
          "force.holds ORDER BY force.committed_at DESC LIMIT 1) u ON true WHERE {1} ORDER BY f.committed_at DESC "
          "LIMIT "
          "{2}",
          table("fix"), condition, limit),
      parameters);
  std::vector<FixRow> found;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    found.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.text(i, 4),
                     rows.text(i, 5), rows.text(i, 6), rows.text(i, 7), rows.text(i, 8), rows.boolean(i, 9),
                     rows.integer(i, 10), std::strtod(rows.text(i, 11).c_str(), nullptr), rows.text(i, 12),
                     rows.text(i, 13), rows.text(i, 14), rows.text(i, 15), rows.text(i, 16), rows.text(i, 17),
                     rows.boolean(i, 18)});
  return found;
}

std::vector<FixRow> FixLedger::read(postgres::Session& session, const std::string& wanted, int limit) const {
  return read_where(session, "pg_catalog.starts_with(f.run::text, $1::text)", {{wanted}}, limit);
}

FixRow FixLedger::find(postgres::Session& session, const std::string& wanted) const {
  const std::vector<FixRow> rows = read(session, wanted, 2);
  if (rows.empty())
    throw Error(code::no_such_fix_run, fmt::format("there is no run {} of a fix", wanted))
        .advise("waxwing fix history");
  if (rows.size() > 1)
    throw Error(code::no_such_fix_run, fmt::format("{} begins the ids of several runs", wanted))
        .because(rows[0].run + ", " + rows[1].run)
        .advise("give more of the id: waxwing fix history");
  return rows.front();
}

std::optional<FixRow> FixLedger::find_same(postgres::Session& session, const std::string& name,
                                           const std::string& parameters) const {
  const std::vector<FixRow> rows =
      read_where(session,
                 "f.name OPERATOR(pg_catalog.=) $1::text AND f.parameters OPERATOR(pg_catalog.=) $2::pg_catalog.jsonb "
                 "AND f.undoes IS NULL AND NOT coalesce(u.is_whole, false)",
                 {{name}, {parameters}}, 1);
  return rows.empty() ? std::nullopt : std::optional(rows.front());
}

std::vector<FixTableRow> FixLedger::read_tables(postgres::Session& session, const std::string& run) const {
  const postgres::Result rows = session.query(
      fmt::format("SELECT number, schema_name, table_name, pg_catalog.to_json(columns), pg_catalog.to_json(identity), "
                  "is_key, inserted, updated, deleted FROM {} WHERE run = $1::pg_catalog.uuid ORDER BY number",
                  table("fix_table")),
      {{run}});
  std::vector<FixTableRow> tables;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    tables.push_back({static_cast<int>(rows.integer(i, 0)), rows.text(i, 1), rows.text(i, 2), texts_of(rows.text(i, 3)),
                      texts_of(rows.text(i, 4)), rows.boolean(i, 5), rows.integer(i, 6), rows.integer(i, 7),
                      rows.integer(i, 8)});
  return tables;
}

bool FixLedger::has_run(postgres::Session& session, const std::string& run) const {
  return exists(session) &&
         !session.query(fmt::format("SELECT FROM {} WHERE run = $1::pg_catalog.uuid", table("fix")), {{run}}).empty();
}

std::size_t FixLedger::remove_old_rows(postgres::Session& session, long long days) const {
  if (days == 0) return 0;
  const postgres::Result old = session.query(
      fmt::format("SELECT run FROM {} WHERE rows_removed IS NULL AND committed_at < pg_catalog.clock_timestamp() - "
                  "$1::integer * interval '1 day'",
                  table("fix")),
      {{std::to_string(days)}});
  for (std::size_t i = 0; i < old.rows(); ++i) {
    const std::string run = old.text(i, 0);
    std::string sql;
    for (const FixTableRow& each : read_tables(session, run))
      sql += fmt::format("DROP TABLE IF EXISTS {}; ", rows_table(run, each.number));
    session.query(fmt::format("{}UPDATE {} SET rows_removed = pg_catalog.clock_timestamp() WHERE run = {}", sql,
                              table("fix"), quote_literal(run)));
  }
  return old.rows();
}

}  // namespace migrate
