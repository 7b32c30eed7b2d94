// Operators.
#include "schema/kind.hpp"

namespace schema {

extern const Kind operator_kind;
const Kind operator_kind{
    .name = "operator",
    .catalogue = "pg_operator",
    .oid = "o.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "o.oprnamespace",
    .own_name = R"sql(o.oprname || '(' || CASE WHEN o.oprleft = 0 THEN 'NONE'
ELSE format_type(o.oprleft, NULL) END || ', ' || format_type(o.oprright, NULL) || ')')sql",
    .from = "pg_operator o JOIN space ON space.oid = o.oprnamespace WHERE o.oprcode <> 0 AND " WAXWING_NO_MEMBER(
        "pg_operator", "o.oid"),
    .attributes =
        {
            {"function", "o.oprcode::regprocedure::text"},
            {"result", "nullif(o.oprresult, 0)::regtype::text"},
            {"commutator", "nullif(o.oprcom, 0)::regoperator::text"},
            {"negator", "nullif(o.oprnegate, 0)::regoperator::text"},
            {"restrict", "nullif(o.oprrest::oid, 0)::regproc::text"},
            {"join", "nullif(o.oprjoin::oid, 0)::regproc::text"},
            {"hashes", "(o.oprcanhash)::text"},
            {"merges", "(o.oprcanmerge)::text"},
            {"owner", "pg_get_userbyid(o.oprowner)::text"},
        },
};

}  // namespace schema
