// Checks of domains.
#include "schema/kind.hpp"

namespace schema {

extern const Kind domain_constraint_kind;
const Kind domain_constraint_kind{
    .name = "domain constraint",
    .catalogue = "pg_constraint",
    .oid = "o.oid",
    .parent_catalogue = "pg_type",
    .parent = "o.contypid",
    .own_name = "quote_ident(o.conname)",
    .from = "pg_constraint o WHERE o.contypid <> 0 AND o.contype = 'c'",
    .attributes =
        {
            {"definition", "pg_get_constraintdef(o.oid)"},
        },
};

}  // namespace schema
