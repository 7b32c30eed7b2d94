// Transforms between types and languages.
#include "schema/kind.hpp"

namespace schema {

extern const Kind transform_kind;
const Kind transform_kind{
    .name = "transform",
    .catalogue = "pg_transform",
    .oid = "f.oid",
    .own_name = R"sql(format_type(f.trftype, NULL) || ' LANGUAGE ' || (SELECT quote_ident(l.lanname) FROM pg_language l
WHERE l.oid = f.trflang))sql",
    .from = "pg_transform f WHERE " WAXWING_NO_MEMBER("pg_transform", "f.oid"),
    .attributes =
        {
            {"from sql", "nullif(f.trffromsql::oid, 0)::regprocedure::text"},
            {"to sql", "nullif(f.trftosql::oid, 0)::regprocedure::text"},
        },
};

}  // namespace schema
