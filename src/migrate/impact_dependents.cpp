// One query over the catalogue.
#include "migrate/impact_dependents.hpp"

#include <fmt/format.h>

#include <cctype>

#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace migrate {

namespace {

/// {0}: columns that go, {1}: all columns that go or change, as lists of literals; {2}: whether the table itself goes
/// or gets another name; {3}: (column, pattern) of the columns. $1 is the table, $2 the pattern of its name.
constexpr const char* dependents_sql = R"(
WITH RECURSIVE spelt(name, pattern) AS (VALUES {3}), wanted AS (
  SELECT attnum, attname::text AS name, attname::text IN ({0}) AS goes
  FROM pg_catalog.pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND attname::text IN ({1})
), tied AS (
  SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
  WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid AND d.refobjid = $1::oid
    AND ({2} OR d.refobjsubid IN (SELECT attnum::int FROM wanted))
), view(oid) AS (
  SELECT r.ev_class FROM tied JOIN pg_catalog.pg_rewrite r ON r.oid = tied.objid
  WHERE tied.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::oid AND r.ev_class <> $1::oid
  UNION
  SELECT r.ev_class FROM view JOIN pg_catalog.pg_depend d ON d.refobjid = view.oid
    AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid
  JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid WHERE r.ev_class <> view.oid
), written(kind, name, detail) AS (
  SELECT CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, c.oid::pg_catalog.regclass::text, ''
  FROM view JOIN pg_catalog.pg_class c ON c.oid = view.oid
  UNION ALL
  SELECT 'foreign key', o.conname::text, pg_catalog.concat('of ', o.conrelid::pg_catalog.regclass::text, ' to ', o.confrelid::pg_catalog.regclass::text)
  FROM pg_catalog.pg_constraint o
  WHERE o.contype = 'f' AND o.conparentid = 0::oid
    AND ((o.confrelid = $1::oid AND ({2} OR EXISTS (SELECT FROM wanted w WHERE w.attnum = ANY (o.confkey))))
      OR (o.conrelid = $1::oid AND EXISTS (SELECT FROM wanted w WHERE w.attnum = ANY (o.conkey))))
  UNION ALL
  SELECT CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' WHEN 'x' THEN 'exclusion constraint' ELSE 'check constraint' END,
    o.conname::text, pg_catalog.concat(pg_catalog.pg_get_constraintdef(o.oid), ', goes with it')
  FROM pg_catalog.pg_constraint o
  WHERE NOT {2} AND o.contype IN ('p', 'u', 'x', 'c') AND o.conrelid = $1::oid
    AND EXISTS (SELECT FROM wanted w WHERE w.goes AND w.attnum = ANY (o.conkey))
  UNION ALL
  SELECT 'index', c.relname::text, 'goes with it'
  FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_index i ON i.indexrelid = d.objid JOIN pg_catalog.pg_class c ON c.oid = d.objid
  WHERE NOT {2} AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid AND d.refobjid = $1::oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid
    AND d.refobjsubid IN (SELECT attnum::int FROM wanted WHERE goes)
  UNION ALL
  SELECT 'trigger', t.tgname::text, '' FROM pg_catalog.pg_trigger t
  WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal
    AND ({2} OR t.oid IN (SELECT objid FROM tied WHERE classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass::oid))
  UNION ALL
  SELECT 'policy', p.polname::text, '' FROM pg_catalog.pg_policy p
  WHERE p.polrelid = $1::oid
    AND ({2} OR p.oid IN (SELECT objid FROM tied WHERE classid = 'pg_catalog.pg_policy'::pg_catalog.regclass::oid))
  UNION ALL
  SELECT 'function', tied.objid::pg_catalog.regprocedure::text, '' FROM tied
  WHERE tied.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::oid
  UNION ALL
  SELECT 'function', p.oid::pg_catalog.regprocedure::text, pg_catalog.concat('by name only: its text has ',
    pg_catalog.concat_ws(', ', CASE WHEN p.prosrc ~* $2::text THEN $3::text END,
      (SELECT pg_catalog.string_agg(s.name, ', ' ORDER BY s.name) FROM spelt s WHERE p.prosrc ~* s.pattern)))
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE NOT pg_catalog.starts_with(n.nspname::text, 'pg_') AND n.nspname::text <> 'information_schema'::text
    AND l.lanname::text <> 'c'::text AND l.lanname::text <> 'internal'::text
    AND (p.prosrc ~* $2::text
      OR (EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgfoid = p.oid AND t.tgrelid = $1::oid)
        AND EXISTS (SELECT FROM spelt s WHERE p.prosrc ~* s.pattern)))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::oid AND e.objid = p.oid AND e.deptype = 'e')
)
SELECT DISTINCT kind, name, detail FROM written ORDER BY 1, 2, 3)";

/// A pattern that finds the name as a whole word.
std::string word_pattern(const std::string& name) {
  std::string pattern = "\\m";
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c)) && c != '_')
      pattern += '\\';
    pattern += c;
  }
  return pattern + "\\M";
}

std::string literals(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& each : names) quoted.push_back(postgres::quote_literal(each));
  return quoted.empty() ? "NULL" : base::join(quoted, ", ");
}

}  // namespace

void read_dependents(postgres::Session& session, const schema::Relation& relation, TouchedTable& table) {
  std::vector<std::string> columns = table.dropped_columns;
  columns.insert(columns.end(), table.retyped_columns.begin(), table.retyped_columns.end());
  for (const auto& [from, to] : table.renamed_columns) columns.push_back(from);
  std::vector<std::string> spelt;
  for (const std::string& each : columns)
    spelt.push_back(fmt::format("({}::text, {}::text)", postgres::quote_literal(each),
                                postgres::quote_literal(word_pattern(each))));
  if (spelt.empty()) spelt.emplace_back("(NULL::text, NULL::text)");
  const bool whole = table.is_dropped || !table.renamed_to.empty();
  const postgres::Result found =
      session.query(fmt::format(dependents_sql, literals(table.dropped_columns), literals(columns),
                                whole ? "true" : "false", base::join(spelt, ", ")),
                    {{relation.oid}, {word_pattern(relation.name)}, {relation.name}});
  for (std::size_t i = 0; i < found.rows(); ++i)
    table.dependents.push_back({found.text(i, 0), found.text(i, 1), found.text(i, 2)});
}

}  // namespace migrate
