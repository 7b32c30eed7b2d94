// Rules, without the one that makes a view a view.
#include "schema/kind.hpp"

namespace schema {

extern const Kind rule_kind;
const Kind rule_kind{
    .name = "rule",
    .catalogue = "pg_rewrite",
    .oid = "r.oid",
    .parent_catalogue = "pg_class",
    .parent = "r.ev_class",
    .own_name = "quote_ident(r.rulename)",
    .from = "pg_rewrite r JOIN relation c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'",
    .attributes =
        {
            {"definition", "pg_get_ruledef(r.oid)"},
            {"enabled", R"sql(CASE r.ev_enabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'
ELSE 'always' END)sql"},
        },
};

}  // namespace schema
