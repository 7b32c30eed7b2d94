// Base types and shells of types.
#include "schema/kind.hpp"

namespace schema {

extern const Kind base_type_kind;
const Kind base_type_kind{
    .name = "base type",
    .catalogue = "pg_type",
    .oid = "t.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "t.typnamespace",
    .own_name = "quote_ident(t.typname)",
    .from = R"sql(pg_type t JOIN space ON space.oid = t.typnamespace WHERE (t.typtype = 'b' OR NOT t.typisdefined)
AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid) AND )sql" WAXWING_NO_MEMBER("pg_type", "t.oid"),
    .attributes =
        {
            {"defined", "(t.typisdefined)::text"},
            {"input", "nullif(t.typinput::oid, 0)::regproc::text"},
            {"output", "nullif(t.typoutput::oid, 0)::regproc::text"},
            {"receive", "nullif(t.typreceive::oid, 0)::regproc::text"},
            {"send", "nullif(t.typsend::oid, 0)::regproc::text"},
            {"modifier input", "nullif(t.typmodin::oid, 0)::regproc::text"},
            {"modifier output", "nullif(t.typmodout::oid, 0)::regproc::text"},
            {"analyze", "nullif(t.typanalyze::oid, 0)::regproc::text"},
            {"subscript", "nullif(t.typsubscript::oid, 0)::regproc::text", 140000},
            {"length", "t.typlen::text"},
            {"by value", "(t.typbyval)::text"},
            {"alignment", "t.typalign::text"},
            {"storage", "t.typstorage::text"},
            {"category", "t.typcategory::text"},
            {"preferred", "(t.typispreferred)::text"},
            {"default", "t.typdefault"},
            {"element", "CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END"},
            {"delimiter", "t.typdelim::text"},
            {"collatable", "(t.typcollation <> 0)::text"},
            {"owner", "pg_get_userbyid(t.typowner)::text"},
        },
};

}  // namespace schema
