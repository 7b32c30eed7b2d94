// Indexes that stand behind no constraint.
#include "schema/kind.hpp"

namespace schema {

extern const Kind index_kind;
const Kind index_kind{
    .name = "index",
    .catalogue = "pg_class",
    .oid = "c.oid",
    .parent_catalogue = "pg_class",
    .parent = "i.indrelid",
    .scope = "c.relnamespace",
    .own_name = "quote_ident(c.relname)",
    .from = R"sql(relation c JOIN pg_index i ON i.indexrelid = c.oid WHERE NOT EXISTS (SELECT FROM pg_constraint o
WHERE o.conindid = c.oid AND o.contype IN ('p', 'u', 'x')))sql",
    .attributes =
        {
            {"definition", "pg_get_indexdef(c.oid)"},
            {"tablespace", "(SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = c.reltablespace)"},
            {"valid", "(i.indisvalid)::text"},
            {"clustered", "(i.indisclustered)::text"},
            {"replica identity", "(i.indisreplident)::text"},
            {"statistics",
             R"sql((SELECT json_object_agg(a.attnum, a.attstattarget ORDER BY a.attnum)::text FROM pg_attribute a
WHERE a.attrelid = c.oid AND a.attstattarget >= 0))sql"},
            {"partition of",
             R"sql(CASE WHEN c.relispartition THEN (SELECT h.inhparent::regclass::text FROM pg_inherits h
WHERE h.inhrelid = c.oid) END)sql"},
        },
};

}  // namespace schema
