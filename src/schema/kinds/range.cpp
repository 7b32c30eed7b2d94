// Range types; a multirange type belongs to its range type.
#include "schema/kind.hpp"

namespace schema {

extern const Kind range_kind;
const Kind range_kind{
    .name = "range type",
    .catalogue = "pg_type",
    .oid = "t.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "t.typnamespace",
    .own_name = "quote_ident(t.typname)",
    .from =
        R"sql(pg_type t JOIN pg_range r ON r.rngtypid = t.oid JOIN space ON space.oid = t.typnamespace WHERE )sql" WAXWING_NO_MEMBER(
            "pg_type", "t.oid"),
    .attributes =
        {
            {"subtype", "format_type(r.rngsubtype, NULL)"},
            {"operator class", R"sql((SELECT quote_ident(s.nspname) || '.' || quote_ident(k.opcname) FROM pg_opclass k
JOIN pg_namespace s ON s.oid = k.opcnamespace WHERE k.oid = r.rngsubopc))sql"},
            {"collation", "nullif(r.rngcollation, 0)::regcollation::text"},
            {"canonical", "nullif(r.rngcanonical::oid, 0)::regproc::text"},
            {"difference", "nullif(r.rngsubdiff::oid, 0)::regproc::text"},
            {"multirange", "r.rngmultitypid::regtype::text", 140000},
            {"owner", "pg_get_userbyid(t.typowner)::text"},
        },
};

}  // namespace schema
