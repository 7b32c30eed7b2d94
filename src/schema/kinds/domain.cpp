// Domains; their checks are facts of their own.
#include "schema/kind.hpp"

namespace schema {

extern const Kind domain_kind;
const Kind domain_kind{
    .name = "domain",
    .catalogue = "pg_type",
    .oid = "t.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "t.typnamespace",
    .own_name = "quote_ident(t.typname)",
    .from = "pg_type t JOIN space ON space.oid = t.typnamespace WHERE t.typtype = 'd' AND " WAXWING_NO_MEMBER("pg_type",
                                                                                                              "t.oid"),
    .attributes =
        {
            {"type", "format_type(t.typbasetype, t.typtypmod)"},
            {"not null", "(t.typnotnull)::text"},
            {"default", "pg_get_expr(t.typdefaultbin, 0)"},
            {"collation", R"sql((SELECT t.typcollation::regcollation::text FROM pg_type b WHERE b.oid = t.typbasetype
AND b.typcollation <> t.typcollation))sql"},
            {"owner", "pg_get_userbyid(t.typowner)::text"},
        },
};

}  // namespace schema
