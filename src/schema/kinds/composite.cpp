// Composite types that are no table.
#include "schema/kind.hpp"

namespace schema {

extern const Kind composite_kind;
const Kind composite_kind{
    .name = "composite type",
    .catalogue = "pg_type",
    .oid = "t.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "t.typnamespace",
    .own_name = "quote_ident(t.typname)",
    .from = "pg_type t JOIN relation c ON c.oid = t.typrelid AND c.relkind = 'c' WHERE " WAXWING_NO_MEMBER("pg_type",
                                                                                                           "t.oid"),
    .attributes =
        {
            {"owner", "pg_get_userbyid(t.typowner)::text"},
        },
};

}  // namespace schema
