// Text search parsers.
#include "schema/kind.hpp"

namespace schema {

extern const Kind text_search_parser_kind;
const Kind text_search_parser_kind{
    .name = "text search parser",
    .catalogue = "pg_ts_parser",
    .oid = "p.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "p.prsnamespace",
    .own_name = "quote_ident(p.prsname)",
    .from = "pg_ts_parser p JOIN space ON space.oid = p.prsnamespace WHERE " WAXWING_NO_MEMBER("pg_ts_parser", "p.oid"),
    .attributes =
        {
            {"start", "p.prsstart::text"},
            {"token", "p.prstoken::text"},
            {"end", "p.prsend::text"},
            {"headline", "nullif(p.prsheadline::oid, 0)::regproc::text"},
            {"types", "p.prslextype::text"},
        },
};

}  // namespace schema
