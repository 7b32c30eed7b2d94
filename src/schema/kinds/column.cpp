// Columns of tables and views, in their order. Options that start with pg_ are bookkeeping of some servers, which
// pg_dump leaves out as well.
#include "schema/kind.hpp"

namespace schema {

extern const Kind column_kind;
const Kind column_kind{
    .name = "column",
    .catalogue = "pg_class",
    .oid = "a.attrelid",
    .sub = "a.attnum",
    .parent_catalogue = "pg_class",
    .parent = "a.attrelid",
    .own_name = "quote_ident(a.attname)",
    .from = R"sql(relation c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON a.atthasdef
AND d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm'))sql",
    .attributes =
        {
            {"type", "format_type(a.atttypid, a.atttypmod)"},
            {"collation", "CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END"},
            {"not null", "(a.attnotnull)::text"},
            {"not null constraint",
             R"sql((SELECT quote_ident(o.conname) || CASE WHEN o.connoinherit THEN ' NO INHERIT' ELSE '' END || CASE
WHEN o.convalidated THEN '' ELSE ' NOT VALID' END FROM pg_constraint o WHERE a.attnotnull
AND o.conrelid = a.attrelid AND o.contype = 'n' AND o.conkey = ARRAY[a.attnum]))sql",
             180000},
            {"default", "CASE WHEN a.atthasdef AND a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END"},
            {"generated",
             R"sql(CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) || CASE a.attgenerated
WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END END)sql"},
            {"identity", "CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END"},
            {"sequence", R"sql(CASE
WHEN a.attidentity <> '' THEN (SELECT format('%s AS %s START %s INCREMENT %s MINVALUE %s MAXVALUE %s CACHE %s%s', q.seqrelid::regclass, format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, CASE
WHEN q.seqcycle THEN ' CYCLE' END) FROM pg_depend p JOIN pg_sequence q ON q.seqrelid = p.objid
WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass
AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum AND p.deptype = 'i') END)sql"},
            {"storage", R"sql(CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'plain'
WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END)sql"},
            {"compression", "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END", 140000},
            {"statistics", "CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END"},
            {"options", R"sql((SELECT json_agg(item ORDER BY item COLLATE "C")::text FROM unnest(a.attoptions) item
WHERE item !~ '^pg_'))sql"},
            {"foreign options", "CASE WHEN a.attfdwoptions IS NOT NULL THEN " WAXWING_LIST("a.attfdwoptions") " END"},
            {"inherited",
             R"sql(CASE WHEN a.attinhcount > 0 THEN CASE WHEN a.attislocal THEN 'and local' ELSE 'only' END END)sql"},
        },
    .is_ordered = true,
};

}  // namespace schema
