// Constraints of tables, with the index behind a key. Foreign keys that a partition copies from its table belong to the
// table.
#include "schema/kind.hpp"

namespace schema {

extern const Kind constraint_kind;
const Kind constraint_kind{
    .name = "constraint",
    .catalogue = "pg_constraint",
    .oid = "o.oid",
    .parent_catalogue = "pg_class",
    .parent = "o.conrelid",
    .own_name = "quote_ident(o.conname)",
    .from = R"sql(pg_constraint o JOIN relation c ON c.oid = o.conrelid LEFT
JOIN pg_index i ON i.indexrelid = o.conindid AND o.contype IN ('p', 'u', 'x') LEFT
JOIN pg_class x ON x.oid = i.indexrelid WHERE o.contype IN ('p', 'u', 'x', 'c')
OR (o.contype = 'f' AND o.conparentid = 0))sql",
    .attributes =
        {
            {"type", R"sql(CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign key'
WHEN 'c' THEN 'check' ELSE 'exclude' END)sql"},
            {"definition", "pg_get_constraintdef(o.oid)"},
            {"index options", WAXWING_LIST("x.reloptions")},
            {"tablespace", "(SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = x.reltablespace)"},
            {"clustered", "(i.indisclustered)::text"},
            {"replica identity", "(i.indisreplident)::text"},
            {"valid", "(i.indisvalid)::text"},
            {"inherited",
             R"sql(CASE WHEN o.coninhcount > 0 THEN CASE WHEN o.conislocal THEN 'and local' ELSE 'only' END END)sql"},
            {"index", R"sql(CASE
WHEN i.indexrelid IS NOT NULL THEN regexp_replace(pg_get_indexdef(i.indexrelid), '^.*? USING ', '') END)sql",
             0, 0, true},
            {"columns", R"sql((SELECT json_agg(a.attname ORDER BY k.place)::text
FROM unnest(o.conkey) WITH ORDINALITY k(attnum, place)
JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.attnum))sql",
             0, 0, true},
            {"references", "CASE WHEN o.contype = 'f' THEN o.confrelid::regclass::text END", 0, 0, true},
            {"referenced columns",
             R"sql(CASE WHEN o.contype = 'f' THEN (SELECT json_agg(a.attname ORDER BY k.place)::text
FROM unnest(o.confkey) WITH ORDINALITY k(attnum, place)
JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.attnum) END)sql",
             0, 0, true},
        },
};

}  // namespace schema
