// Foreign servers.
#include "schema/kind.hpp"

namespace schema {

extern const Kind foreign_server_kind;
const Kind foreign_server_kind{
    .name = "foreign server",
    .catalogue = "pg_foreign_server",
    .oid = "s.oid",
    .own_name = "quote_ident(s.srvname)",
    .from = "pg_foreign_server s WHERE " WAXWING_NO_MEMBER("pg_foreign_server", "s.oid"),
    .attributes =
        {
            {"wrapper", "(SELECT quote_ident(fdwname) FROM pg_foreign_data_wrapper w WHERE w.oid = s.srvfdw)"},
            {"type", "s.srvtype"},
            {"version", "s.srvversion"},
            {"options", WAXWING_LIST("s.srvoptions")},
            {"owner", "pg_get_userbyid(s.srvowner)::text"},
        },
};

}  // namespace schema
