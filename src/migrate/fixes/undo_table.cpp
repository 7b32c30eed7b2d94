// Most rows are as the fix left them; all the rest is told apart.
#include "migrate/fixes/undo_table.hpp"

#include "migrate/fixes/row_changes.hpp"

namespace migrate {

using postgres::quote_identifier;

namespace {

/// The types that the columns were kept with, in their order.
std::vector<std::string> types_of(postgres::Session& session, const std::string& rows_table, const UndoTable& table) {
  const postgres::Result rows = session.query(
      "SELECT attname::text, pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute WHERE attrelid "
      "= pg_catalog.to_regclass($1::text)::pg_catalog.oid AND attnum > 0",
      {{rows_table}});
  std::vector<std::string> types(table.was.columns.size());
  for (std::size_t i = 0; i < rows.rows(); ++i)
    for (std::size_t k = 0; k < types.size(); ++k)
      if (table.was.columns[k] == rows.text(i, 0)) types[k] = rows.text(i, 1);
  return types;
}

}  // namespace

std::string compare_sql(postgres::Session& session, const FixLedger& ledger, const std::string& run,
                        const UndoTable& table) {
  const std::string rows_table = ledger.rows_table(run, table.was.number);
  const KeptRows kept(session, rows_table, table.was);
  std::vector<std::string> columns;
  for (const std::string& column : table.was.columns)
    columns.push_back(
        fmt::format("CASE WHEN b.waxwing_kind IS NOT NULL THEN b.{0} ELSE a.{0} END AS {0}", quote_identifier(column)));
  const std::vector<std::string> kept_types = types_of(session, rows_table, table);
  const auto rows = [&](const std::string& alias) {
    std::vector<std::string> left, right;
    for (std::size_t i = 0; i < table.was.columns.size(); ++i) {
      const std::string name = "." + quote_identifier(table.was.columns[i]);
      const char* cast = kept_types[i] == table.column(table.was.columns[i]).type ? "" : "::text";
      left.push_back("t" + name + cast);
      right.push_back(alias + name + cast);
    }
    return std::pair("ROW(" + base::join(left, ", ") + ")", "ROW(" + base::join(right, ", ") + ")");
  };
  const auto is_identical = [&](const std::string& alias) {
    const auto [now, then] = rows(alias);
    return fmt::format("pg_catalog.record_image_eq({}, {})", now, then);
  };
  const auto is_same = [&](const std::string& alias) {
    const auto [now, then] = rows(alias);
    return fmt::format("({} OR {}::text = {}::text)", is_identical(alias), now, then);
  };
  // Most rows are as the fix left them, which is seen before anything is written out as text.
  return fmt::format(
      "CREATE TEMP TABLE waxwing_undo_{0} ON COMMIT DROP AS {1}SELECT {2}, x.waxwing_state, CASE WHEN "
      "x.waxwing_state = "
      "'!' AND a.waxwing_kind IS NOT NULL THEN {3}::text END AS waxwing_left, CASE WHEN x.waxwing_state = '!' AND "
      "t.tableoid IS NOT NULL THEN {4}::text END AS waxwing_now FROM {5} LEFT JOIN {6} ON {7} "
      "CROSS JOIN LATERAL (SELECT CASE WHEN b.waxwing_kind IS NOT NULL AND a.waxwing_kind IS NOT NULL AND {11} THEN "
      "'u' "
      "WHEN b.waxwing_kind IS NULL AND t.tableoid IS NULL OR b.waxwing_kind IS NOT NULL AND t.tableoid IS NOT NULL "
      "AND {8} THEN '=' "
      "WHEN a.waxwing_kind IS NULL AND t.tableoid IS NOT NULL OR a.waxwing_kind IS NOT NULL AND (t.tableoid IS NULL "
      "OR NOT {9}) THEN '!' "
      "WHEN b.waxwing_kind IS NULL THEN 'd' WHEN a.waxwing_kind IS NULL THEN 'i' ELSE 'u' END AS waxwing_state "
      "OFFSET 0) x "
      "WHERE {10}",
      table.was.number, kept.with(), base::join(columns, ", "), record_sql(table.was, "a"), record_sql(table.was, "t"),
      kept.pairs(), table.target(),
      table.match([](const std::string& name) { return fmt::format("coalesce(b.{0}, a.{0})", name); }), is_same("b"),
      is_same("a"), kept.differs(), is_identical("a"));
}

std::string put_back_sql(const std::vector<UndoTable>& tables, bool rewrites) {
  std::vector<std::string> parts;
  for (const UndoTable& table : tables) {
    const int n = table.was.number;
    const std::string deleted = rewrites ? "IN ('d', 'u')" : "= 'd'", inserted = rewrites ? "IN ('i', 'u')" : "= 'i'";
    const bool updates = table.updates > 0 && !rewrites;
    std::vector<std::string> names, values, settings;
    for (const CapturedColumn& column : table.now->columns) {
      const bool was_there =
          std::find(table.was.columns.begin(), table.was.columns.end(), column.name) != table.was.columns.end();
      if (column.is_generated || !was_there) continue;
      const std::string name = quote_identifier(column.name), value = "u." + name + "::" + column.type;
      names.push_back(name);
      values.push_back(value);
      const bool is_key = table.was.is_key && std::find(table.was.identity.begin(), table.was.identity.end(),
                                                        column.name) != table.was.identity.end();
      if (!column.is_identity && !is_key) settings.push_back(name + " = " + value);
    }
    std::string after;
    if (table.deletes > 0 || (rewrites && table.updates > 0)) {
      parts.push_back(fmt::format("d{} AS (DELETE FROM {} USING {} u WHERE u.waxwing_state {} AND {} RETURNING 1)", n,
                                  table.target(), table.work(), deleted, table.match()));
      after = fmt::format(" AND (SELECT pg_catalog.count(*) FROM d{}) >= 0", n);
    }
    const bool inserts = table.inserts > 0 || (rewrites && table.updates > 0);
    if (updates) {
      parts.push_back(fmt::format("u{} AS (UPDATE {} SET {} FROM {} u WHERE u.waxwing_state = 'u' AND {}{}{})", n,
                                  table.target(), base::join(settings, ", "), table.work(), table.match(), after,
                                  inserts ? " RETURNING 1" : ""));
      after = fmt::format(" AND (SELECT pg_catalog.count(*) FROM u{}) >= 0", n);
    }
    if (inserts)
      parts.push_back(
          fmt::format("i{} AS (INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} u WHERE "
                      "u.waxwing_state {}{})",
                      n, postgres::quote_qualified(table.was.schema, table.was.name), base::join(names, ", "),
                      base::join(values, ", "), table.work(), inserted, after));
  }
  return parts.empty() ? "" : "WITH " + base::join(parts, ",\n") + " SELECT 1";
}

std::string conflict_line(const FixTableRow& table, const postgres::Result& rows, std::size_t i) {
  const auto record = [&](std::size_t column) {
    return rows.is_null(i, column) ? std::vector<std::optional<std::string>>{} : parse_record(rows.value(i, column));
  };
  const auto left = record(0), now = record(1), was = record(2);
  const auto text = [](const std::optional<std::string>& value) { return value ? *value : std::string("NULL"); };
  std::vector<std::string> keys, differences;
  for (std::size_t k = 0; k < table.columns.size(); ++k) {
    const auto& some = !left.empty() ? left : !now.empty() ? now : was;
    if (std::find(table.identity.begin(), table.identity.end(), table.columns[k]) != table.identity.end() &&
        k < some.size())
      keys.push_back(table.columns[k] + " " + text(some[k]));
    if (k < left.size() && k < now.size() && left[k] != now[k])
      differences.push_back(
          fmt::format("{} is now {}, the fix left {}", table.columns[k], text(now[k]), text(left[k])));
  }
  const std::string what = now.empty()    ? "the row is gone"
                           : left.empty() ? "the row is there again"
                                          : base::join(differences, "; ");
  return fmt::format("{} ({}): {}", table.shown(), base::join(keys, ", "), what);
}

}  // namespace migrate
