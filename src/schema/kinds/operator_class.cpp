// Operator classes; what is in them is listed with their family.
#include "schema/kind.hpp"

namespace schema {

extern const Kind operator_class_kind;
const Kind operator_class_kind{
    .name = "operator class",
    .catalogue = "pg_opclass",
    .oid = "k.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "k.opcnamespace",
    .own_name = R"sql(quote_ident(k.opcname) || ' USING ' || (SELECT quote_ident(m.amname) FROM pg_am m
WHERE m.oid = k.opcmethod))sql",
    .from = "pg_opclass k JOIN space ON space.oid = k.opcnamespace WHERE " WAXWING_NO_MEMBER("pg_opclass", "k.oid"),
    .attributes =
        {
            {"type", "format_type(k.opcintype, NULL)"},
            {"default", "(k.opcdefault)::text"},
            {"family", R"sql((SELECT quote_ident(s.nspname) || '.' || quote_ident(f.opfname) FROM pg_opfamily f
JOIN pg_namespace s ON s.oid = f.opfnamespace WHERE f.oid = k.opcfamily))sql"},
            {"storage", "nullif(k.opckeytype, 0)::regtype::text"},
            {"owner", "pg_get_userbyid(k.opcowner)::text"},
        },
};

}  // namespace schema
