// Casts: pg_cast.
#include "schema/kind.hpp"

namespace schema {

extern const Kind cast_kind;
const Kind cast_kind{
    .name = "cast",
    .catalogue = "pg_cast",
    .oid = "k.oid",
    .own_name = "'(' || format_type(k.castsource, NULL) || ' AS ' || format_type(k.casttarget, NULL) || ')'",
    .from = "pg_cast k WHERE k.oid >= 16384 AND " WAXWING_NO_MEMBER("pg_cast", "k.oid"),
    .attributes =
        {
            {"function", "nullif(k.castfunc, 0)::regprocedure::text"},
            {"context", "CASE k.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END"},
            {"method", "CASE k.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' ELSE 'binary' END"},
        },
};

}  // namespace schema
