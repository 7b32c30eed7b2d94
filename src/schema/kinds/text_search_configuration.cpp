// Text search configurations, with the dictionaries of each token type.
#include "schema/kind.hpp"

namespace schema {

extern const Kind text_search_configuration_kind;
const Kind text_search_configuration_kind{
    .name = "text search configuration",
    .catalogue = "pg_ts_config",
    .oid = "p.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "p.cfgnamespace",
    .own_name = "quote_ident(p.cfgname)",
    .from = "pg_ts_config p JOIN space ON space.oid = p.cfgnamespace WHERE " WAXWING_NO_MEMBER("pg_ts_config", "p.oid"),
    .attributes =
        {
            {"parser", R"sql((SELECT quote_ident(s.nspname) || '.' || quote_ident(m.prsname) FROM pg_ts_parser m
JOIN pg_namespace s ON s.oid = m.prsnamespace WHERE m.oid = p.cfgparser))sql"},
            {"mapping",
             R"sql((SELECT json_agg(format('%s %s', m.maptokentype, m.mapdict::regdictionary) ORDER BY m.maptokentype, m.mapseqno)::text
FROM pg_ts_config_map m WHERE m.mapcfg = p.oid))sql"},
            {"owner", "pg_get_userbyid(p.cfgowner)::text"},
        },
};

}  // namespace schema
