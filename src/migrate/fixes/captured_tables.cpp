// The closure over the catalogue, and the triggers.
#include "migrate/fixes/captured_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace migrate {

using base::Error;
using postgres::quote_identifier;
using postgres::quote_literal;
namespace code = base::code;

namespace {

/// $1: OIDs. A partition brings its whole tree; a table its children; a key what its action changes.
constexpr const char* members_sql = R"(
WITH RECURSIVE reached(oid) AS (
  SELECT pg_catalog.unnest($1::pg_catalog.oid[])
  UNION
  SELECT n.oid FROM reached r CROSS JOIN LATERAL (
    SELECT c.conrelid FROM pg_catalog.pg_constraint c
    WHERE c.contype = 'f' AND c.confrelid = r.oid AND (c.confdeltype IN ('c', 'n', 'd') OR c.confupdtype IN ('c', 'n', 'd'))
    UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = r.oid
    UNION ALL SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    WHERE i.inhrelid = r.oid AND c.relispartition) n(oid)
)
SELECT coalesce(pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid, c.oid)::text, c.oid::text, n.nspname::text,
  c.relname::text, c.relkind::text,
  NOT c.relispartition AND c.relkind = 'r' AND EXISTS (
    SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid)
FROM reached r JOIN pg_catalog.pg_class c ON c.oid = r.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't'
ORDER BY 3, 4)";

constexpr const char* columns_sql = R"(
SELECT a.attrelid::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
  t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace, a.attgenerated <> '', a.attidentity = 'a'
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = ANY ($1::pg_catalog.oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum)";

constexpr const char* keys_sql = R"(
SELECT i.indrelid::text, a.attname::text,
  'OPERATOR(' || pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')'
FROM pg_catalog.pg_index i
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(i.indkey::int2[]), pg_catalog.unnest(i.indclass::pg_catalog.oid[])) WITH ORDINALITY k(attnum, class, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
JOIN pg_catalog.pg_opclass c ON c.oid = k.class
JOIN pg_catalog.pg_amop p ON p.amopfamily = c.opcfamily AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype
  AND p.amopstrategy = 3 AND p.amopmethod = c.opcmethod
JOIN pg_catalog.pg_operator o ON o.oid = p.amopopr JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
WHERE i.indisprimary AND i.indrelid = ANY ($1::pg_catalog.oid[]) AND k.place <= i.indnkeyatts
ORDER BY i.indrelid, k.place)";

void refuse_kind(const std::string& name, char kind) {
  if (kind == 'r' || kind == 'p') return;
  throw Error(code::fix_cannot_capture, fmt::format("{} is no table that a fix can change", name))
      .because(kind == 'f' ? "the rows of a foreign table are not this database's to put back"
                           : "it is a view, a sequence or the like")
      .advise("name the tables behind it in touches");
}

constexpr const char* trigger_names[] = {"waxwing_fix_insert", "waxwing_fix_update", "waxwing_fix_delete",
                                         "waxwing_fix_truncate"};

}  // namespace

std::string CapturedTable::qualified() const { return postgres::quote_qualified(schema, name); }

std::string CapturedTable::shown() const {
  const std::string own = postgres::format_identifier(name);
  return schema == "public" ? own : postgres::format_identifier(schema) + "." + own;
}

std::string CapturedTable::kept_sql() const {
  std::vector<std::string> parts;
  for (const CapturedColumn& column : columns)
    parts.push_back("r." + quote_identifier(column.name) + (column.is_own_type ? "" : "::text"));
  return base::join(parts, ", ");
}

std::vector<CapturedTable> read_captured_tables(postgres::Session& session, const std::vector<std::string>& oids,
                                                const std::map<std::string, std::vector<std::string>>& identify_by) {
  const postgres::Result members = session.query(members_sql, {{"{" + base::join(oids, ",") + "}"}});
  std::vector<CapturedTable> tables;
  std::map<std::string, std::size_t> places;
  std::vector<std::string> roots;
  for (std::size_t i = 0; i < members.rows(); ++i) {
    const std::string root = members.text(i, 0);
    refuse_kind(members.text(i, 2) + "." + members.text(i, 3), members.text(i, 4)[0]);
    const auto [place, is_new] = places.try_emplace(root, tables.size());
    if (is_new) {
      tables.emplace_back().oid = root;
      tables.back().number = static_cast<int>(tables.size());
      roots.push_back(root);
    }
    CapturedTable& table = tables[place->second];
    table.members.push_back({members.text(i, 1), members.text(i, 2), members.text(i, 3)});
    table.by_row |= members.boolean(i, 5);
    if (members.text(i, 1) == root) {
      table.schema = members.text(i, 2);
      table.name = members.text(i, 3);
      table.is_partitioned = members.text(i, 4) == "p";
    }
  }
  const postgres::Parameters all = {{"{" + base::join(roots, ",") + "}"}};
  // With everything but pg_catalog out of the way, types are written with their schema.
  const std::string path = session.query("SHOW search_path").text(0, 0);
  session.query("SET LOCAL search_path = pg_catalog, pg_temp");
  const postgres::Result columns = session.query(columns_sql, all);
  session.query("SELECT pg_catalog.set_config('search_path', $1::text, true)", {{path}});
  for (std::size_t i = 0; i < columns.rows(); ++i)
    tables[places.at(columns.text(i, 0))].columns.push_back(
        {columns.text(i, 1), columns.text(i, 2), columns.boolean(i, 3), columns.boolean(i, 4), columns.boolean(i, 5)});
  const postgres::Result keys = session.query(keys_sql, all);
  for (std::size_t i = 0; i < keys.rows(); ++i) {
    CapturedTable& table = tables[places.at(keys.text(i, 0))];
    if (identify_by.contains(table.oid)) continue;
    table.identity.push_back(keys.text(i, 1));
    table.equals.push_back(keys.text(i, 2));
  }
  for (CapturedTable& table : tables) {
    const auto named = identify_by.find(table.oid);
    if (named == identify_by.end()) continue;
    for (const std::string& column : named->second)
      if (std::none_of(table.columns.begin(), table.columns.end(),
                       [&](const CapturedColumn& each) { return each.name == column; }))
        throw Error(code::bad_fix, fmt::format("identify_by: {} has no column \"{}\"", table.shown(), column));
    table.identity = named->second;
  }
  return tables;
}

std::string capture_sql(const std::vector<CapturedTable>& tables, const std::string& ledger_schema,
                        const std::function<std::string(int number)>& rows_table) {
  std::string sql;
  const std::string function = postgres::quote_qualified(ledger_schema, "fix_capture");
  for (const CapturedTable& table : tables) {
    std::string columns;
    for (const CapturedColumn& column : table.columns)
      columns += ", " + quote_identifier(column.name) + " " + (column.is_own_type ? column.type : "text");
    sql += fmt::format("CREATE TABLE {} (waxwing_kind pg_catalog.\"char\" NOT NULL{}); ", rows_table(table.number),
                       columns);
    if (table.columns.empty()) continue;
    const std::string call = fmt::format("EXECUTE FUNCTION {}({}, {}); ", function,
                                         quote_literal(rows_table(table.number)), quote_literal(table.kept_sql()));
    for (const CapturedTable::Member& member : table.members) {
      const std::string on = " ON " + postgres::quote_qualified(member.schema, member.name) + " ";
      const auto add = [&](int name, const char* event, const char* referencing) {
        sql += fmt::format("CREATE TRIGGER {} AFTER {}{}{} FOR EACH {} {}", trigger_names[name], event, on,
                           table.by_row ? "" : referencing, table.by_row && name < 3 ? "ROW" : "STATEMENT", call);
      };
      add(0, "INSERT", "REFERENCING NEW TABLE AS waxwing_new");
      add(1, "UPDATE", "REFERENCING OLD TABLE AS waxwing_old NEW TABLE AS waxwing_new");
      add(2, "DELETE", "REFERENCING OLD TABLE AS waxwing_old");
      add(3, "TRUNCATE", "");
    }
  }
  return sql;
}

std::string release_sql(const std::vector<CapturedTable>& tables) {
  std::string sql;
  for (const CapturedTable& table : tables)
    for (const CapturedTable::Member& member : table.members)
      for (const char* name : trigger_names)
        sql += fmt::format("DROP TRIGGER IF EXISTS {} ON {}; ", name,
                           postgres::quote_qualified(member.schema, member.name));
  return sql;
}

}  // namespace migrate
