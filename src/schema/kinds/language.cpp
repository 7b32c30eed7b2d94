// Procedural languages that no extension brought.
#include "schema/kind.hpp"

namespace schema {

extern const Kind language_kind;
const Kind language_kind{
    .name = "language",
    .catalogue = "pg_language",
    .oid = "l.oid",
    .own_name = "quote_ident(l.lanname)",
    .from = "pg_language l WHERE l.lanispl AND " WAXWING_NO_MEMBER("pg_language", "l.oid"),
    .attributes =
        {
            {"trusted", "(l.lanpltrusted)::text"},
            {"handler", "nullif(l.lanplcallfoid, 0)::regprocedure::text"},
            {"inline", "nullif(l.laninline, 0)::regprocedure::text"},
            {"validator", "nullif(l.lanvalidator, 0)::regprocedure::text"},
            {"owner", "pg_get_userbyid(l.lanowner)::text"},
        },
};

}  // namespace schema
