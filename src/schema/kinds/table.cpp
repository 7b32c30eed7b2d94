// Tables: ordinary, partitioned, partitions and foreign ones.
#include "schema/kind.hpp"

namespace schema {

extern const Kind table_kind;
const Kind table_kind{
    .name = "table",
    .catalogue = "pg_class",
    .oid = "c.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "c.relnamespace",
    .own_name = "quote_ident(c.relname)",
    .from = "relation c WHERE c.relkind IN ('r', 'p', 'f')",
    .attributes =
        {
            {"type", "CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'f' THEN 'foreign' ELSE 'ordinary' END"},
            {"unlogged", "(c.relpersistence = 'u')::text"},
            {"partition key", "CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END"},
            {"partition of",
             R"sql(CASE WHEN c.relispartition THEN (SELECT h.inhparent::regclass::text FROM pg_inherits h
WHERE h.inhrelid = c.oid) END)sql"},
            {"partition bound", "CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END"},
            {"inherits", R"sql(CASE WHEN NOT c.relispartition AND EXISTS (SELECT
FROM pg_inherits) THEN (SELECT json_agg(h.inhparent::regclass::text ORDER BY h.inhseqno)::text
FROM pg_inherits h WHERE h.inhrelid = c.oid) END)sql"},
            {"of type", "nullif(c.reloftype, 0)::regtype::text"},
            {"access method", "(SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = c.relam)"},
            {"options", WAXWING_LIST("c.reloptions")},
            {"toast options", R"sql((SELECT json_agg(item ORDER BY item COLLATE "C")::text
FROM pg_class toast, unnest(toast.reloptions) item WHERE toast.oid = c.reltoastrelid))sql"},
            {"tablespace", "(SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = c.reltablespace)"},
            {"row security", "(c.relrowsecurity)::text"},
            {"force row security", "(c.relforcerowsecurity)::text"},
            {"replica identity",
             R"sql(CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full'
ELSE 'index' END)sql"},
            {"server", R"sql(CASE WHEN c.relkind = 'f' THEN (SELECT quote_ident(s.srvname) FROM pg_foreign_table f
JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid) END)sql"},
            {"foreign options",
             R"sql(CASE WHEN c.relkind = 'f' THEN (SELECT json_agg(item ORDER BY item COLLATE "C")::text
FROM pg_foreign_table f, unnest(f.ftoptions) item WHERE f.ftrelid = c.oid) END)sql"},
            {"owner", "pg_get_userbyid(c.relowner)::text"},
        },
};

}  // namespace schema
