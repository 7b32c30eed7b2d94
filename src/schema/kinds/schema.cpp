// Schemas; one that an extension made is there for the names of what users put into it.
#include "schema/kind.hpp"

namespace schema {

extern const Kind schema_kind;
const Kind schema_kind{
    .name = "schema",
    .catalogue = "pg_namespace",
    .oid = "n.oid",
    .own_name = "quote_ident(n.nspname)",
    .from = "pg_namespace n JOIN space ON space.oid = n.oid",
    .attributes =
        {
            {"owner", "pg_get_userbyid(n.nspowner)::text"},
        },
    .is_hidden = R"sql(EXISTS (SELECT FROM member WHERE member.classid = 'pg_namespace'::regclass
AND member.objid = n.oid))sql",
};

}  // namespace schema
