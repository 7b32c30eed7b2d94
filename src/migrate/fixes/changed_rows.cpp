// Both counts are asked, since a trigger of ours sees only the tables that it is on.
#include "migrate/fixes/changed_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

namespace {

/// Rows that this transaction has changed, by table; of all tables but the ledger's and temporary ones. Counts of a
/// transaction before may still be in them.
constexpr const char* changed_rows_sql = R"(
SELECT c.oid::text, n.nspname::text, c.relname::text, x.rows FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) +
  pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) AS rows) x
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND x.rows > 0
AND n.nspname <> ALL (ARRAY['pg_catalog', 'information_schema', $1::text]))";

/// Tables that hold ACCESS EXCLUSIVE have been truncated or altered; sequences that are locked have gone on.
constexpr const char* own_locks_sql = R"(
SELECT DISTINCT c.relkind = 'S', n.nspname::text || '.' || c.relname::text
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND c.relpersistence <> 't'
AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
AND n.nspname <> ALL (ARRAY['pg_catalog', 'information_schema', $1::text])
AND (c.relkind = 'S' AND l.mode = 'RowExclusiveLock' OR c.relkind IN ('r', 'p', 'm', 'v') AND l.mode = 'AccessExclusiveLock')
ORDER BY 2)";

/// What identify_by names must be unique, or an undo would meet the wrong rows.
void refuse_doubles(postgres::Session& session, const FixTableRow& table) {
  std::vector<std::string> columns;
  for (const std::string& name : table.identity) columns.push_back(postgres::quote_identifier(name));
  const std::string list = base::join(columns, ", ");
  const postgres::Result doubles =
      session.query(fmt::format("SELECT FROM {} GROUP BY {} HAVING pg_catalog.count(*) > 1 LIMIT 1",
                                postgres::quote_qualified(table.schema, table.name), list));
  if (!doubles.empty())
    throw Error(code::fix_cannot_capture, fmt::format("identify_by does not tell the rows of {} apart", table.shown()))
        .because("several rows have the same " + base::join(table.identity, ", "));
}

}  // namespace

std::map<std::string, long long> ChangedRows::read() {
  const postgres::Result rows = session_.query(changed_rows_sql, {{ledger_schema_}});
  std::map<std::string, long long> counts;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    counts[rows.text(i, 0)] = rows.integer(i, 3);
    names_[rows.text(i, 0)] = rows.text(i, 1) + "." + rows.text(i, 2);
  }
  return counts;
}

void ChangedRows::refuse_unseen(const std::vector<CapturedTable>& tables, std::vector<std::string>& lasting) {
  for (const auto& [oid, rows] : read()) {
    const auto was = before_.find(oid);
    if (was != before_.end() && was->second == rows) continue;
    const bool is_watched = std::any_of(tables.begin(), tables.end(), [&, id = oid](const CapturedTable& table) {
      return std::any_of(table.members.begin(), table.members.end(),
                         [&](const auto& member) { return member.oid == id; });
    });
    if (!is_watched)
      throw Error(code::fix_outside_touches, fmt::format("the fix changes {}, which it does not name", names_[oid]))
          .because("a function, a trigger or a rule did it")
          .advise(fmt::format("add it, when it is meant: touches = {{ ..., \"{}\" }}", names_[oid]));
  }
  const postgres::Result locks = session_.query(own_locks_sql, {{ledger_schema_}});
  for (std::size_t i = 0; i < locks.rows(); ++i) {
    if (!locks.boolean(i, 0))
      throw Error(code::fix_not_undoable, fmt::format("the fix truncates, alters or locks {}", locks.text(i, 1)))
          .because("a function or trigger holds it ACCESS EXCLUSIVE; that is no change of rows that could be undone");
    lasting.push_back("sequence " + locks.text(i, 1));
  }
}

std::vector<FixTableRow> count_rows(postgres::Session& session, const FixLedger& ledger, const std::string& run,
                                    const std::vector<CapturedTable>& tables) {
  std::vector<FixTableRow> counted;
  std::vector<std::string> parts;
  for (const CapturedTable& table : tables)
    parts.push_back(
        fmt::format("SELECT {}, pg_catalog.count(*) FILTER (WHERE waxwing_kind = 'i'), pg_catalog.count(*) "
                    "FILTER (WHERE waxwing_kind = 'n'), pg_catalog.count(*) FILTER (WHERE waxwing_kind = 'd') FROM {}",
                    table.number, ledger.rows_table(run, table.number)));
  const postgres::Result counts = session.query(base::join(parts, " UNION ALL ") + " ORDER BY 1");
  for (std::size_t i = 0; i < counts.rows(); ++i) {
    const CapturedTable& table = tables[static_cast<std::size_t>(counts.integer(i, 0)) - 1];
    FixTableRow row{table.number,        table.schema,          table.name,           {},
                    table.identity,      !table.equals.empty(), counts.integer(i, 1), counts.integer(i, 2),
                    counts.integer(i, 3)};
    if (row.rows() == 0) continue;
    if (table.identity.empty())
      throw Error(code::fix_cannot_capture, fmt::format("{} has no primary key", table.shown()))
          .because("so its rows could not be told apart by an undo")
          .advise(fmt::format("identify_by = {{ [\"{}\"] = {{ \"column\", ... }} }} in the fix, with columns that are "
                              "unique together",
                              table.shown()));
    for (const CapturedColumn& column : table.columns) row.columns.push_back(column.name);
    counted.push_back(std::move(row));
  }
  for (const FixTableRow& table : counted)
    if (!table.is_key) refuse_doubles(session, table);
  return counted;
}

}  // namespace migrate
