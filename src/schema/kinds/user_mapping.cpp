// User mappings. Of their options only the names are read: the values are passwords.
#include "schema/kind.hpp"

namespace schema {

extern const Kind user_mapping_kind;
const Kind user_mapping_kind{
    .name = "user mapping",
    .catalogue = "pg_user_mapping",
    .oid = "u.umid",
    .parent_catalogue = "pg_foreign_server",
    .parent = "u.srvid",
    .own_name = "quote_ident(u.usename)",
    .from = "pg_user_mappings u",
    .attributes =
        {
            {"options",
             R"sql((SELECT json_agg(split_part(o, '=', 1) ORDER BY o COLLATE "C")::text FROM unnest(u.umoptions) o))sql"},
        },
};

}  // namespace schema
