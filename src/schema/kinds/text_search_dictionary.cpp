// Text search dictionaries.
#include "schema/kind.hpp"

namespace schema {

extern const Kind text_search_dictionary_kind;
const Kind text_search_dictionary_kind{
    .name = "text search dictionary",
    .catalogue = "pg_ts_dict",
    .oid = "p.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "p.dictnamespace",
    .own_name = "quote_ident(p.dictname)",
    .from = "pg_ts_dict p JOIN space ON space.oid = p.dictnamespace WHERE " WAXWING_NO_MEMBER("pg_ts_dict", "p.oid"),
    .attributes =
        {
            {"template", R"sql((SELECT quote_ident(s.nspname) || '.' || quote_ident(m.tmplname) FROM pg_ts_template m
JOIN pg_namespace s ON s.oid = m.tmplnamespace WHERE m.oid = p.dicttemplate))sql"},
            {"options", "p.dictinitoption"},
            {"owner", "pg_get_userbyid(p.dictowner)::text"},
        },
};

}  // namespace schema
