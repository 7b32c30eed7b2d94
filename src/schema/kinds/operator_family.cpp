// Operator families, with the operators and functions in them.
#include "schema/kind.hpp"

namespace schema {

extern const Kind operator_family_kind;
const Kind operator_family_kind{
    .name = "operator family",
    .catalogue = "pg_opfamily",
    .oid = "f.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "f.opfnamespace",
    .own_name = R"sql(quote_ident(f.opfname) || ' USING ' || (SELECT quote_ident(m.amname) FROM pg_am m
WHERE m.oid = f.opfmethod))sql",
    .from = "pg_opfamily f JOIN space ON space.oid = f.opfnamespace WHERE " WAXWING_NO_MEMBER("pg_opfamily", "f.oid"),
    .attributes =
        {
            {"operators", R"sql((SELECT json_agg(format('%s %s%s', a.amopstrategy, a.amopopr::regoperator, CASE
WHEN a.amopsortfamily <> 0 THEN ' FOR ORDER BY' END) ORDER BY a.amopstrategy, a.amopopr::regoperator::text COLLATE "C")::text
FROM pg_amop a WHERE a.amopfamily = f.oid))sql"},
            {"functions",
             R"sql((SELECT json_agg(format('%s %s', a.amprocnum, a.amproc::regprocedure) ORDER BY a.amprocnum, a.amproc::regprocedure::text COLLATE "C")::text
FROM pg_amproc a WHERE a.amprocfamily = f.oid))sql"},
            {"owner", "pg_get_userbyid(f.opfowner)::text"},
        },
};

}  // namespace schema
