// Views; their columns are facts of their own.
#include "schema/kind.hpp"

namespace schema {

extern const Kind view_kind;
const Kind view_kind{
    .name = "view",
    .catalogue = "pg_class",
    .oid = "c.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "c.relnamespace",
    .own_name = "quote_ident(c.relname)",
    .from = "relation c WHERE c.relkind = 'v'",
    .attributes =
        {
            {"definition", "pg_get_viewdef(c.oid)"},
            {"options", WAXWING_LIST("c.reloptions")},
            {"owner", "pg_get_userbyid(c.relowner)::text"},
        },
};

}  // namespace schema
