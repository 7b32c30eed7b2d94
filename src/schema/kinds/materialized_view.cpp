// Materialized views.
#include "schema/kind.hpp"

namespace schema {

extern const Kind materialized_view_kind;
const Kind materialized_view_kind{
    .name = "materialized view",
    .catalogue = "pg_class",
    .oid = "c.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "c.relnamespace",
    .own_name = "quote_ident(c.relname)",
    .from = "relation c WHERE c.relkind = 'm'",
    .attributes =
        {
            {"definition", "pg_get_viewdef(c.oid)"},
            {"populated", "(c.relispopulated)::text"},
            {"access method", "(SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = c.relam)"},
            {"options", WAXWING_LIST("c.reloptions")},
            {"toast options", R"sql((SELECT json_agg(item ORDER BY item COLLATE "C")::text
FROM pg_class toast, unnest(toast.reloptions) item WHERE toast.oid = c.reltoastrelid))sql"},
            {"tablespace", "(SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = c.reltablespace)"},
            {"owner", "pg_get_userbyid(c.relowner)::text"},
        },
};

}  // namespace schema
