// Functions and procedures.
#include "schema/kind.hpp"

namespace schema {

extern const Kind function_kind;
const Kind function_kind{
    .name = "function",
    .catalogue = "pg_proc",
    .oid = "p.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "p.pronamespace",
    .own_name = "quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')'",
    .from = "pg_proc p JOIN space ON space.oid = p.pronamespace WHERE p.prokind <> 'a' AND " WAXWING_NO_MEMBER(
        "pg_proc", "p.oid"),
    .attributes =
        {
            {"type",
             R"sql(CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window function' ELSE 'function' END)sql"},
            {"arguments", "pg_get_function_arguments(p.oid)"},
            {"returns", "pg_get_function_result(p.oid)"},
            {"language", "(SELECT quote_ident(l.lanname) FROM pg_language l WHERE l.oid = p.prolang)"},
            {"body", "p.prosrc", 0, 140000},
            {"body", "CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE pg_get_function_sqlbody(p.oid) END", 140000},
            {"library", "p.probin"},
            {"volatility", "CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END"},
            {"parallel", "CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END"},
            {"strict", "(p.proisstrict)::text"},
            {"security definer", "(p.prosecdef)::text"},
            {"leakproof", "(p.proleakproof)::text"},
            {"cost", "p.procost::text"},
            {"rows", "p.prorows::text"},
            {"support", "nullif(p.prosupport::oid, 0)::regproc::text"},
            {"settings", WAXWING_LIST("p.proconfig")},
            {"transforms", "(SELECT json_agg(format_type(item, NULL))::text FROM unnest(p.protrftypes) item)"},
            {"owner", "pg_get_userbyid(p.proowner)::text"},
            {"statement", "pg_get_functiondef(p.oid)", 0, 0, true},
        },
};

}  // namespace schema
