// Questions to the catalogue. An expression is never rewritten as text: PostgreSQL renames the column in it.
#include "operations/online_parts.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "operations/set_aside.hpp"
#include "operations/sql.hpp"
#include "postgres/sql_error.hpp"

namespace operations {

using postgres::Session;

namespace {

/// $1 is the table, $2 are column names. Constraints hide their columns from pg_depend, so indkey is looked at too.
constexpr const char* indexes_sql = R"sql(
SELECT c.relname::text, substr(pg_get_indexdef(c.oid), strpos(pg_get_indexdef(c.oid), ' USING ' || quote_ident(m.amname)) + 1),
  x.indisprimary, x.indisunique AND x.indimmediate, k.oid IS NOT NULL, x.indisreplident, x.indisclustered, obj_description(c.oid, 'pg_class'), obj_description(k.oid, 'pg_constraint')
FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.conrelid = x.indrelid AND k.contype IN ('p', 'u', 'x')
WHERE x.indrelid = $1::oid AND x.indisvalid AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = x.indrelid AND a.attname = ANY ($2::name[])
  AND (a.attnum = ANY (x.indkey) OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = x.indrelid AND d.refobjsubid = a.attnum)))
ORDER BY c.relname COLLATE "C"
)sql";

constexpr const char* checks_sql = R"sql(
SELECT k.conname::text, pg_get_constraintdef(k.oid), k.convalidated, obj_description(k.oid, 'pg_constraint')
FROM pg_constraint k WHERE k.conrelid = $1::oid AND k.contype = 'c'
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attname = ANY ($2::name[]) AND a.attnum = ANY (k.conkey))
ORDER BY k.conname COLLATE "C"
)sql";

/// Foreign keys from or to a column; a row for each pair of columns. The list of ON DELETE SET NULL (...) came with 15.
constexpr const char* foreign_keys_sql = R"sql(
WITH own AS (SELECT a.attrelid, a.attnum FROM unnest($1::oid[], $2::text[]) u(rel, name) JOIN pg_attribute a ON a.attrelid = u.rel AND a.attname = u.name::name)
SELECT k.oid::text, k.conname::text, k.conrelid::regclass::text, k.confrelid::regclass::text, k.convalidated, obj_description(k.oid, 'pg_constraint'),
  k.conrelid::text, k.confrelid::text, f.attname::text, t.attname::text, coalesce(to_jsonb(k) -> 'confdelsetcols' @> to_jsonb(f.attnum), false),
  CASE k.confmatchtype WHEN 'f' THEN ' MATCH FULL' ELSE '' END ||
  CASE k.confupdtype WHEN 'r' THEN ' ON UPDATE RESTRICT' WHEN 'c' THEN ' ON UPDATE CASCADE' WHEN 'n' THEN ' ON UPDATE SET NULL' WHEN 'd' THEN ' ON UPDATE SET DEFAULT' ELSE '' END ||
  CASE k.confdeltype WHEN 'r' THEN ' ON DELETE RESTRICT' WHEN 'c' THEN ' ON DELETE CASCADE' WHEN 'n' THEN ' ON DELETE SET NULL' WHEN 'd' THEN ' ON DELETE SET DEFAULT' ELSE '' END,
  CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END
FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY p(own, other, place)
JOIN pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = p.own JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = p.other
WHERE k.contype = 'f' AND EXISTS (SELECT FROM own WHERE (own.attrelid = k.conrelid AND own.attnum = ANY (k.conkey)) OR (own.attrelid = k.confrelid AND own.attnum = ANY (k.confkey)))
ORDER BY k.conrelid::regclass::text COLLATE "C", k.conname, p.place
)sql";

/// $3 are the names of the twins.
constexpr const char* not_carried_sql = R"sql(
WITH own AS (SELECT a.attrelid, a.attnum, a.attname, u.twin FROM unnest($1::oid[], $2::text[], $3::text[]) u(rel, name, twin) JOIN pg_attribute a ON a.attrelid = u.rel AND a.attname = u.name::name)
SELECT DISTINCT what FROM own CROSS JOIN LATERAL (
  SELECT format('the partitioned table %s', c.oid::regclass) FROM pg_class c WHERE c.oid = own.attrelid AND c.relkind = 'p'
  UNION ALL SELECT format('%s, which is no table', c.oid::regclass) FROM pg_class c WHERE c.oid = own.attrelid AND c.relkind NOT IN ('r', 'p')
  UNION ALL SELECT format('inheritance between %s and %s', i.inhparent::regclass, i.inhrelid::regclass) FROM pg_inherits i WHERE own.attrelid IN (i.inhparent, i.inhrelid)
  UNION ALL SELECT format('the generated column %s.%I', own.attrelid::regclass, own.attname) FROM pg_attribute a WHERE a.attrelid = own.attrelid AND a.attnum = own.attnum AND a.attgenerated <> ''
  UNION ALL SELECT format('the exclusion constraint %I of %s', k.conname, k.conrelid::regclass) FROM pg_constraint k WHERE k.conrelid = own.attrelid AND k.contype = 'x' AND own.attnum = ANY (k.conkey)
  UNION ALL SELECT format('the deferrable constraint %I of %s', k.conname, k.conrelid::regclass) FROM pg_constraint k WHERE k.conrelid = own.attrelid AND k.contype IN ('p', 'u') AND k.condeferrable AND own.attnum = ANY (k.conkey)
  UNION ALL SELECT format('SET DEFAULT of the foreign key %I of %s', k.conname, k.conrelid::regclass) FROM pg_constraint k WHERE k.contype = 'f' AND 'd' IN (k.confupdtype, k.confdeltype)
    AND ((k.conrelid = own.attrelid AND own.attnum = ANY (k.conkey)) OR (k.confrelid = own.attrelid AND own.attnum = ANY (k.confkey)))
  UNION ALL SELECT format('the statistics object %s', x.stxname) FROM pg_statistic_ext x WHERE x.stxrelid = own.attrelid AND (own.attnum = ANY (x.stxkeys) OR EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = 'pg_statistic_ext'::regclass AND d.objid = x.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = own.attrelid AND d.refobjsubid = own.attnum))
  UNION ALL SELECT format('the tablespace of the index %s', c.relname) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid WHERE x.indrelid = own.attrelid AND own.attnum = ANY (x.indkey) AND c.reltablespace <> 0
  UNION ALL SELECT format('a column with the name of the twin: %s.%I', t.attrelid::regclass, t.attname) FROM pg_attribute t WHERE t.attrelid = own.attrelid AND t.attname = own.twin::name AND NOT t.attisdropped
  UNION ALL SELECT format('the index or table %I, which has the name of a twin', n.relname) FROM pg_class c JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class n ON n.relnamespace = i.relnamespace AND n.relname IN (i.relname::text || '__new', i.relname::text || '__old') WHERE c.oid = own.attrelid AND own.attnum = ANY (x.indkey)
  UNION ALL SELECT format('the trigger %I of %s, which runs behind all others', g.tgname, g.tgrelid::regclass) FROM pg_trigger g WHERE g.tgrelid = own.attrelid AND g.tgtype & 3 = 3 AND g.tgname::text COLLATE "C" >= '~'
) refused(what) ORDER BY what
)sql";

/// $1 is the table, $2 the column. A trigger that reads or writes the old name before ours sees what a writer of the
/// new name has not touched.
constexpr const char* not_renamed_sql = R"sql(
WITH own AS (SELECT a.attrelid, a.attnum, a.attname, a.attgenerated FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attname = $2::name)
SELECT what FROM own CROSS JOIN LATERAL (
  SELECT format('the partitioned table %s', c.oid::regclass) FROM pg_class c WHERE c.oid = own.attrelid AND c.relkind = 'p'
  UNION ALL SELECT format('%s, which is no table', c.oid::regclass) FROM pg_class c WHERE c.oid = own.attrelid AND c.relkind NOT IN ('r', 'p')
  UNION ALL SELECT format('inheritance between %s and %s', i.inhparent::regclass, i.inhrelid::regclass) FROM pg_inherits i WHERE own.attrelid IN (i.inhparent, i.inhrelid)
  UNION ALL SELECT format('the generated column %s.%I', own.attrelid::regclass, own.attname) WHERE own.attgenerated <> ''
  UNION ALL SELECT format('the trigger %I of %s, which fires on UPDATE OF %I', g.tgname, g.tgrelid::regclass, own.attname) FROM pg_trigger g
    WHERE g.tgrelid = own.attrelid AND NOT g.tgisinternal AND own.attnum = ANY (g.tgattr)
  UNION ALL SELECT format('the trigger %I of %s, whose function speaks of %I', g.tgname, g.tgrelid::regclass, own.attname) FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
    WHERE g.tgrelid = own.attrelid AND NOT g.tgisinternal AND g.tgtype & 3 = 3 AND NOT starts_with(g.tgname::text, '~waxwing_')
      AND p.prosrc ~* ('(^|[^[:alnum:]_])' || regexp_replace(own.attname::text, '([^[:alnum:]_])', '\\\1', 'g') || '([^[:alnum:]_]|$)')
  UNION ALL SELECT format('the trigger %I of %s, which runs behind all others', g.tgname, g.tgrelid::regclass) FROM pg_trigger g WHERE g.tgrelid = own.attrelid AND g.tgtype & 3 = 3 AND g.tgname::text COLLATE "C" >= '~'
    AND NOT starts_with(g.tgname::text, '~waxwing_')
) refused(what) ORDER BY what
)sql";

/// The query has a column: rows without any are none when the journal replays them.
bool finds(Session& session, const char* sql, const std::string& table, const std::string& name) {
  return !session.query(sql, {{table, postgres::oid::text}, {name, postgres::oid::text}}).empty();
}

std::vector<std::string> names_of(const OnlineChange& change, const std::string& table_oid) {
  std::vector<std::string> names;
  for (const TwinColumn* each : change.columns_of(table_oid)) names.push_back(each->name);
  return names;
}

std::vector<IndexPart> indexes_on(Session& session, const std::string& table_oid,
                                  const std::vector<std::string>& names) {
  const postgres::Result rows = session.query(indexes_sql, {{table_oid}, {array_text(names)}});
  std::vector<IndexPart> parts;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    IndexPart part;
    part.name = rows.text(i, 0);
    part.own_tail = rows.text(i, 1);
    part.is_primary = rows.boolean(i, 2);
    part.is_unique = rows.boolean(i, 3);
    part.is_constraint = rows.boolean(i, 4);
    part.is_replica_identity = rows.boolean(i, 5);
    part.is_clustered = rows.boolean(i, 6);
    part.comment = rows.optional_text(i, 7);
    part.constraint_comment = rows.optional_text(i, 8);
    parts.push_back(std::move(part));
  }
  return parts;
}

/// The index that an abort needs to make the old primary key again is no part of what is there.
void leave_out_ways_back(std::vector<IndexPart>& parts, const OnlineChange& change) {
  std::vector<std::string> ways_back;
  for (const IndexPart& each : parts)
    if (each.is_primary) ways_back.push_back(OnlineChange::twin_after(each.name, !change.is_swapped));
  parts.erase(std::remove_if(parts.begin(), parts.end(),
                             [&](const IndexPart& each) {
                               return std::find(ways_back.begin(), ways_back.end(), each.name) != ways_back.end();
                             }),
              parts.end());
}

std::vector<CheckPart> checks_on(Session& session, const std::string& table_oid,
                                 const std::vector<std::string>& names) {
  const postgres::Result rows = session.query(checks_sql, {{table_oid}, {array_text(names)}});
  std::vector<CheckPart> parts;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    parts.push_back({rows.text(i, 0), rows.boolean(i, 2), rows.optional_text(i, 3), rows.text(i, 1)});
  return parts;
}

std::vector<ForeignKeyPart> foreign_keys_on(Session& session, const OnlineChange& change, bool on_twins) {
  std::vector<std::string> tables, names;
  for (const TwinColumn& each : change.columns) {
    tables.push_back(each.table_oid);
    names.push_back(on_twins ? change.twin(each.name) : each.name);
  }
  const postgres::Result rows = session.query(foreign_keys_sql, {{array_text(tables)}, {array_text(names)}});
  const auto twin = [&](const std::string& table, const std::string& name) {
    return quote_identifier(change.find(table, name) ? change.twin(name) : name);
  };
  std::vector<ForeignKeyPart> parts;
  for (std::size_t first = 0, i = 0; i < rows.rows(); ++i) {
    if (parts.empty() || parts.back().oid != rows.text(i, 0)) {
      ForeignKeyPart part;
      part.oid = rows.text(i, 0);
      part.name = rows.text(i, 1);
      part.table = rows.text(i, 2);
      part.referenced = rows.text(i, 3);
      part.is_validated = rows.boolean(i, 4);
      part.comment = rows.optional_text(i, 5);
      parts.push_back(std::move(part));
      first = i;
    }
    ForeignKeyPart& part = parts.back();
    part.columns.push_back(rows.text(i, 8));
    part.referenced_columns.push_back(rows.text(i, 9));
    if (i + 1 < rows.rows() && rows.text(i + 1, 0) == part.oid) continue;
    std::vector<std::string> own, other, set;
    for (std::size_t k = first; k <= i; ++k) {
      own.push_back(twin(rows.text(k, 6), rows.text(k, 8)));
      other.push_back(twin(rows.text(k, 7), rows.text(k, 9)));
      if (rows.boolean(k, 10)) set.push_back(own.back());
    }
    part.definition = fmt::format("FOREIGN KEY ({}) REFERENCES {} ({}){}{}{} NOT VALID", base::join(own, ", "),
                                  part.referenced, base::join(other, ", "), rows.text(i, 11),
                                  set.empty() ? "" : " (" + base::join(set, ", ") + ")", rows.text(i, 12));
  }
  return parts;
}

}  // namespace

TwinColumn twin_of(const KeyColumn& column, const std::string& to) {
  TwinColumn twin;
  twin.table_oid = column.table_oid;
  twin.table = column.table;
  twin.schema_name = column.schema_name;
  twin.table_name = column.table_name;
  twin.name = column.name;
  twin.old_type = column.type;
  twin.new_type = to;
  twin.present = quote_identifier(column.name) + " IS NOT NULL";
  return twin;
}

std::vector<IndexPart> read_indexes(Session& session, const OnlineChange& change, const TwinColumn& of_table) {
  std::vector<IndexPart> parts = indexes_on(session, of_table.table_oid, names_of(change, of_table.table_oid));
  leave_out_ways_back(parts, change);
  return parts;
}

std::vector<CheckPart> read_checks(Session& session, const OnlineChange& change, const TwinColumn& of_table) {
  return checks_on(session, of_table.table_oid, names_of(change, of_table.table_oid));
}

std::vector<ForeignKeyPart> read_foreign_keys(Session& session, const OnlineChange& change) {
  return foreign_keys_on(session, change, false);
}

std::vector<ForeignKeyPart> read_twin_foreign_keys(Session& session, const OnlineChange& change) {
  return foreign_keys_on(session, change, true);
}

bool has_index(Session& session, const TwinColumn& of_table, const std::string& name) {
  return finds(session,
               "SELECT true FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid WHERE "
               "x.indisvalid AND x.indrelid::text = $1 AND c.relname::text = $2",
               of_table.table_oid, name);
}

bool has_constraint(Session& session, const std::string& table, const std::string& name) {
  return finds(
      session,
      "SELECT true FROM pg_catalog.pg_constraint k WHERE k.conrelid = pg_catalog.to_regclass($1)::pg_catalog.oid "
      "AND k.conname::text = $2",
      table, name);
}

TableParts read_parts(Session& session, const OnlineChange& change, const TwinColumn& of_table) {
  static constexpr const char* like = "pg_temp.waxwing_like";
  const std::vector<const TwinColumn*> columns = change.columns_of(of_table.table_oid);
  TableParts parts{read_indexes(session, change, of_table), {}};
  if (!change.is_renaming()) parts.checks = read_checks(session, change, of_table);
  if (parts.indexes.empty() && parts.checks.empty()) return parts;
  session.execute(
      fmt::format("CREATE TABLE {} (LIKE {} INCLUDING INDEXES INCLUDING CONSTRAINTS)", like, of_table.table));
  const std::string oid = session.query(fmt::format("SELECT '{}'::regclass::oid::text", like)).text(0, 0);
  std::vector<std::string> names, twins;
  for (const TwinColumn* each : columns) {
    names.push_back(each->name);
    twins.push_back(change.twin(each->name));
    session.execute(fmt::format("ALTER TABLE {} DROP COLUMN IF EXISTS {}", like, quote_identifier(twins.back())));
  }
  // The copies have other names; what tells them apart is what they say.
  std::map<std::string, std::string> copies;
  for (const IndexPart& each : indexes_on(session, oid, names)) copies[each.own_tail] = each.name;
  session.begin_savepoint();
  try {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& type = change.is_swapped ? columns[i]->old_type : columns[i]->new_type;
      session.execute(fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", like, quote_identifier(names[i]),
                                  quote_identifier(twins[i])));
      session.execute(fmt::format("ALTER TABLE {0} ALTER COLUMN {1} TYPE {2} USING NULL::{2}", like,
                                  quote_identifier(twins[i]), type));
    }
    session.release_savepoint();
  } catch (const postgres::SqlError& error) {
    base::throw_if_interrupted();
    session.undo_savepoint();
    std::vector<std::string> standing;
    for (const CheckPart& each : parts.checks) standing.push_back("check " + each.name + " " + each.definition);
    for (const IndexPart& each : parts.indexes) standing.push_back("index " + each.name + " " + each.own_tail);
    throw base::Error(base::code::online_refused,
                      fmt::format("what stands on the columns of {} does not fit the new type", of_table.table))
        .because(error.diagnostics().message + "; there is " + base::join(standing, "; "))
        .advise("drop what computes with the old type before, and make what fits the new one after");
  }
  std::map<std::string, std::string> tails, definitions;
  for (const IndexPart& each : indexes_on(session, oid, twins)) tails[each.name] = each.own_tail;
  for (const CheckPart& each : checks_on(session, oid, twins)) definitions[each.name] = each.definition;
  for (IndexPart& each : parts.indexes) each.tail = tails[copies[each.own_tail]];
  for (CheckPart& each : parts.checks) each.definition = definitions[each.name];
  session.execute(fmt::format("DROP TABLE {}", like));
  return parts;
}

void refuse_not_renamed(Session& session, const OnlineChange& change) {
  const TwinColumn& column = change.columns.front();
  std::vector<std::string> found;
  const postgres::Result rows =
      session.query(not_renamed_sql, {{column.table_oid}, {column.name, postgres::oid::text}});
  for (std::size_t i = 0; i < rows.rows(); ++i) found.push_back(rows.text(i, 0));
  if (found.empty()) return;
  throw base::Error(base::code::online_refused,
                    fmt::format("op.rename_column: {} cannot have two names for a while", change.shown()))
      .because("there is " + base::join(found, "; "))
      .advise("rename it in one transaction, with what speaks of it: leave online = true out");
}

void refuse_not_carried(Session& session, const std::string& operation, const OnlineChange& change) {
  std::vector<std::string> tables, names, twins;
  for (const TwinColumn& each : change.columns) {
    tables.push_back(each.table_oid);
    names.push_back(each.name);
    twins.push_back(change.twin(each.name));
  }
  const SetAside aside = read_set_aside(session, tables, names);
  std::vector<std::string> found = aside.fixed;
  for (const std::string& each : aside.objects)
    if (each.starts_with("materialized view ")) found.push_back("the " + each);
  const postgres::Result rows =
      session.query(not_carried_sql, {{array_text(tables)}, {array_text(names)}, {array_text(twins)}});
  for (std::size_t i = 0; i < rows.rows(); ++i) found.push_back(rows.text(i, 0));
  if (found.empty()) return;
  throw base::Error(base::code::online_refused,
                    fmt::format("op.{}: {} cannot be changed online", operation, change.shown()))
      .because("while others write, these cannot be carried over: " + base::join(found, "; "))
      .advise("take them away before and make them again after; or change it offline, in one transaction: leave " +
              std::string(operation == "retype_primary_key" ? "strategy = \"online\"" : "online = true") + " out");
}

}  // namespace operations
