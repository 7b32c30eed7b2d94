// Aggregate functions.
#include "schema/kind.hpp"

namespace schema {

extern const Kind aggregate_kind;
const Kind aggregate_kind{
    .name = "aggregate",
    .catalogue = "pg_proc",
    .oid = "p.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "p.pronamespace",
    .own_name = "quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')'",
    .from = R"sql(pg_proc p JOIN pg_aggregate g ON g.aggfnoid = p.oid JOIN space ON space.oid = p.pronamespace
WHERE )sql" WAXWING_NO_MEMBER("pg_proc", "p.oid"),
    .attributes =
        {
            {"type",
             R"sql(CASE g.aggkind WHEN 'o' THEN 'ordered-set' WHEN 'h' THEN 'hypothetical-set' ELSE 'normal' END)sql"},
            {"arguments", "pg_get_function_arguments(p.oid)"},
            {"returns", "pg_get_function_result(p.oid)"},
            {"transition", "nullif(g.aggtransfn::oid, 0)::regproc::text"},
            {"state type", "format_type(g.aggtranstype, NULL)"},
            {"state space", "g.aggtransspace::text"},
            {"initial value", "g.agginitval"},
            {"final", "nullif(g.aggfinalfn::oid, 0)::regproc::text"},
            {"final extra", "(g.aggfinalextra)::text"},
            {"final modify", "g.aggfinalmodify::text"},
            {"combine", "nullif(g.aggcombinefn::oid, 0)::regproc::text"},
            {"serialize", "nullif(g.aggserialfn::oid, 0)::regproc::text"},
            {"deserialize", "nullif(g.aggdeserialfn::oid, 0)::regproc::text"},
            {"moving", R"sql(CASE
WHEN g.aggmtransfn <> 0 THEN concat_ws(' ', g.aggmtransfn::regproc, g.aggminvtransfn::regproc, format_type(g.aggmtranstype, NULL), g.aggmtransspace, nullif(g.aggmfinalfn::oid, 0)::regproc, g.aggmfinalextra, g.aggmfinalmodify, g.aggminitval) END)sql"},
            {"sort operator", "nullif(g.aggsortop, 0)::regoperator::text"},
            {"parallel", "CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END"},
            {"owner", "pg_get_userbyid(p.proowner)::text"},
        },
};

}  // namespace schema
