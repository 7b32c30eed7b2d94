// Access methods of tables and indexes.
#include "schema/kind.hpp"

namespace schema {

extern const Kind access_method_kind;
const Kind access_method_kind{
    .name = "access method",
    .catalogue = "pg_am",
    .oid = "m.oid",
    .own_name = "quote_ident(m.amname)",
    .from = "pg_am m WHERE m.oid >= 16384 AND " WAXWING_NO_MEMBER("pg_am", "m.oid"),
    .attributes =
        {
            {"type", "CASE m.amtype WHEN 't' THEN 'table' ELSE 'index' END"},
            {"handler", "m.amhandler::regproc::text"},
        },
};

}  // namespace schema
