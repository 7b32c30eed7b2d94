// Event triggers.
#include "schema/kind.hpp"

namespace schema {

extern const Kind event_trigger_kind;
const Kind event_trigger_kind{
    .name = "event trigger",
    .catalogue = "pg_event_trigger",
    .oid = "v.oid",
    .own_name = "quote_ident(v.evtname)",
    .from = "pg_event_trigger v WHERE " WAXWING_NO_MEMBER("pg_event_trigger", "v.oid"),
    .attributes =
        {
            {"event", "v.evtevent::text"},
            {"tags", WAXWING_LIST("v.evttags")},
            {"function", "v.evtfoid::regprocedure::text"},
            {"enabled", R"sql(CASE v.evtenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'
ELSE 'always' END)sql"},
            {"owner", "pg_get_userbyid(v.evtowner)::text"},
        },
};

}  // namespace schema
