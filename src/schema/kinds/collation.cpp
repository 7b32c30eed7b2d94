// Collations.
#include "schema/kind.hpp"

namespace schema {

extern const Kind collation_kind;
const Kind collation_kind{
    .name = "collation",
    .catalogue = "pg_collation",
    .oid = "l.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "l.collnamespace",
    .own_name = "quote_ident(l.collname)",
    .from =
        "pg_collation l JOIN space ON space.oid = l.collnamespace WHERE " WAXWING_NO_MEMBER("pg_collation", "l.oid"),
    .attributes =
        {
            {"provider", "l.collprovider::text"},
            {"deterministic", "(l.collisdeterministic)::text"},
            {"collate", "l.collcollate::text"},
            {"ctype", "l.collctype::text"},
            {"locale", "l.colliculocale", 150000, 170000},
            {"locale", "l.colllocale", 170000},
            {"rules", "l.collicurules", 160000},
            {"owner", "pg_get_userbyid(l.collowner)::text"},
        },
};

}  // namespace schema
