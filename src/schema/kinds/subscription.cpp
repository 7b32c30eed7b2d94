// Subscriptions. Their connection is not read: it holds a password.
#include "schema/kind.hpp"

namespace schema {

extern const Kind subscription_kind;
const Kind subscription_kind{
    .name = "subscription",
    .catalogue = "pg_subscription",
    .oid = "u.oid",
    .own_name = "quote_ident(u.subname)",
    .from = R"sql(pg_subscription u WHERE u.subdbid = (SELECT oid FROM pg_database
WHERE datname = current_database()))sql",
    .attributes =
        {
            {"enabled", "(u.subenabled)::text"},
            {"publications", WAXWING_LIST("u.subpublications")},
            {"slot", "u.subslotname::text"},
            {"synchronous commit", "u.subsynccommit"},
            {"binary", "(u.subbinary)::text", 140000},
            {"streaming", "u.substream::text", 140000},
            {"two phase", "u.subtwophasestate::text", 150000},
            {"disable on error", "(u.subdisableonerr)::text", 150000},
            {"origin", "u.suborigin", 160000},
            {"failover", "(u.subfailover)::text", 170000},
            {"owner", "pg_get_userbyid(u.subowner)::text"},
        },
};

}  // namespace schema
