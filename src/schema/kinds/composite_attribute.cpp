// Attributes of composite types.
#include "schema/kind.hpp"

namespace schema {

extern const Kind composite_attribute_kind;
const Kind composite_attribute_kind{
    .name = "attribute",
    .catalogue = "pg_class",
    .oid = "a.attrelid",
    .sub = "a.attnum",
    .parent_catalogue = "pg_type",
    .parent = "t.oid",
    .own_name = "quote_ident(a.attname)",
    .from = R"sql(pg_type t JOIN relation c ON c.oid = t.typrelid AND c.relkind = 'c'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type b ON b.oid = a.atttypid)sql",
    .attributes =
        {
            {"type", "format_type(a.atttypid, a.atttypmod)"},
            {"collation", "CASE WHEN a.attcollation <> b.typcollation THEN a.attcollation::regcollation::text END"},
        },
    .is_ordered = true,
};

}  // namespace schema
