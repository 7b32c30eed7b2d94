// Conversions between encodings.
#include "schema/kind.hpp"

namespace schema {

extern const Kind conversion_kind;
const Kind conversion_kind{
    .name = "conversion",
    .catalogue = "pg_conversion",
    .oid = "v.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "v.connamespace",
    .own_name = "quote_ident(v.conname)",
    .from =
        "pg_conversion v JOIN space ON space.oid = v.connamespace WHERE " WAXWING_NO_MEMBER("pg_conversion", "v.oid"),
    .attributes =
        {
            {"from", "pg_encoding_to_char(v.conforencoding)::text"},
            {"to", "pg_encoding_to_char(v.contoencoding)::text"},
            {"function", "v.conproc::regproc::text"},
            {"default", "(v.condefault)::text"},
            {"owner", "pg_get_userbyid(v.conowner)::text"},
        },
};

}  // namespace schema
