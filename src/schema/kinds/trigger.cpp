// Triggers. A partition's copy of its table's trigger is a fact only where it is enabled differently.
#include "schema/kind.hpp"

namespace schema {

extern const Kind trigger_kind;
const Kind trigger_kind{
    .name = "trigger",
    .catalogue = "pg_trigger",
    .oid = "g.oid",
    .parent_catalogue = "pg_class",
    .parent = "g.tgrelid",
    .own_name = "quote_ident(g.tgname)",
    .from = R"sql(pg_trigger g JOIN relation c ON c.oid = g.tgrelid LEFT JOIN pg_trigger u ON u.oid = g.tgparentid
WHERE (NOT g.tgisinternal AND g.tgparentid = 0) OR (g.tgparentid <> 0
AND g.tgenabled <> u.tgenabled AND NOT u.tgisinternal))sql",
    .attributes =
        {
            {"definition", "pg_get_triggerdef(g.oid)"},
            {"enabled", R"sql(CASE g.tgenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'
ELSE 'always' END)sql"},
        },
};

}  // namespace schema
