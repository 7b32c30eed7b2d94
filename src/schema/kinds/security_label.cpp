// Security labels.
#include "schema/kind.hpp"

namespace schema {

extern const Kind security_label_kind;
const Kind security_label_kind{
    .name = "security label",
    .parent_catalogue = "s.classoid",
    .parent = "s.objoid",
    .parent_sub = "s.objsubid",
    .own_name = "'by ' || quote_ident(s.provider)",
    .from = "pg_seclabel s",
    .attributes =
        {
            {"label", "s.label"},
        },
    .is_about_parent = true,
};

}  // namespace schema
