// Extensions; what they consist of is theirs and not in the snapshot.
#include "schema/kind.hpp"

namespace schema {

extern const Kind extension_kind;
const Kind extension_kind{
    .name = "extension",
    .catalogue = "pg_extension",
    .oid = "e.oid",
    .own_name = "quote_ident(e.extname)",
    .from = "pg_extension e",
    .attributes =
        {
            {"schema", "(SELECT quote_ident(nspname) FROM pg_namespace WHERE oid = e.extnamespace)"},
            {"version", "e.extversion"},
            {"owner", "pg_get_userbyid(e.extowner)::text"},
        },
};

}  // namespace schema
