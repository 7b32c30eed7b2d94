// Enum types, with their values in order.
#include "schema/kind.hpp"

namespace schema {

extern const Kind enum_kind;
const Kind enum_kind{
    .name = "enum",
    .catalogue = "pg_type",
    .oid = "t.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "t.typnamespace",
    .own_name = "quote_ident(t.typname)",
    .from = "pg_type t JOIN space ON space.oid = t.typnamespace WHERE t.typtype = 'e' AND " WAXWING_NO_MEMBER("pg_type",
                                                                                                              "t.oid"),
    .attributes =
        {
            {"values", R"sql((SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_enum e
WHERE e.enumtypid = t.oid))sql"},
            {"owner", "pg_get_userbyid(t.typowner)::text"},
        },
};

}  // namespace schema
