// One expression, so that it travels with a statement that is sent anyway.
#include "schema/past.hpp"

#include <fmt/format.h>

#include "postgres/quote.hpp"

namespace schema {

std::string columns_json_sql(const std::string& ledger_schema) {
  return fmt::format(
      R"sql((WITH relation AS MATERIALIZED (SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
AND n.nspname <> 'information_schema' AND n.nspname <> {}::pg_catalog.name
AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_'))
SELECT CASE WHEN (SELECT pg_catalog.count(*) FROM relation r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
WHERE a.attnum > 0) <= 20000 THEN pg_catalog.jsonb_build_object('tables', (SELECT
coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('schema', r.nspname, 'name', r.relname, 'kind', CASE
WHEN r.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, 'columns', (SELECT
coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('name', a.attname, 'type',
pg_catalog.format_type(a.atttypid, a.atttypmod), 'not_null', a.attnotnull, 'default', CASE WHEN a.attgenerated = ''
THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, 'identity', nullif(a.attidentity::pg_catalog.text, ''),
'generated', CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, 'comment',
pg_catalog.col_description(a.attrelid, a.attnum))) ORDER BY a.attnum), '[]'::pg_catalog.jsonb)
FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)) ORDER BY r.nspname, r.relname),
'[]'::pg_catalog.jsonb) FROM relation r)) END))sql",
      postgres::quote_literal(ledger_schema));
}

}  // namespace schema
