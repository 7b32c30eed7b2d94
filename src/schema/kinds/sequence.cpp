// Sequences; that of an identity column is an attribute of its column.
#include "schema/kind.hpp"

namespace schema {

extern const Kind sequence_kind;
const Kind sequence_kind{
    .name = "sequence",
    .catalogue = "pg_class",
    .oid = "c.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "c.relnamespace",
    .own_name = "quote_ident(c.relname)",
    .from = R"sql(relation c JOIN pg_sequence q ON q.seqrelid = c.oid WHERE NOT EXISTS (SELECT FROM pg_depend d
WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i'))sql",
    .attributes =
        {
            {"type", "format_type(q.seqtypid, NULL)"},
            {"start", "q.seqstart::text"},
            {"increment", "q.seqincrement::text"},
            {"minimum", "q.seqmin::text"},
            {"maximum", "q.seqmax::text"},
            {"cache", "q.seqcache::text"},
            {"cycle", "(q.seqcycle)::text"},
            {"owned by", R"sql((SELECT d.refobjid::regclass::text || '.' || quote_ident(a.attname) FROM pg_depend d
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'))sql"},
            {"unlogged", "(c.relpersistence = 'u')::text"},
            {"owner", "pg_get_userbyid(c.relowner)::text"},
        },
};

}  // namespace schema
