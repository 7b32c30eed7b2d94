// Policies of row security.
#include "schema/kind.hpp"

namespace schema {

extern const Kind policy_kind;
const Kind policy_kind{
    .name = "policy",
    .catalogue = "pg_policy",
    .oid = "y.oid",
    .parent_catalogue = "pg_class",
    .parent = "y.polrelid",
    .own_name = "quote_ident(y.polname)",
    .from = "pg_policy y",
    .attributes =
        {
            {"command", R"sql(CASE y.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
WHEN 'd' THEN 'delete' ELSE 'all' END)sql"},
            {"permissive", "(y.polpermissive)::text"},
            {"roles", R"sql((SELECT json_agg(CASE WHEN item = 0 THEN 'public'
ELSE quote_ident(pg_get_userbyid(item)) END ORDER BY item = 0 DESC, pg_get_userbyid(item) COLLATE "C")::text
FROM unnest(y.polroles) item))sql"},
            {"using", "pg_get_expr(y.polqual, y.polrelid)"},
            {"check", "pg_get_expr(y.polwithcheck, y.polrelid)"},
        },
};

}  // namespace schema
