// Tables of publications.
#include "schema/kind.hpp"

namespace schema {

extern const Kind publication_table_kind;
const Kind publication_table_kind{
    .name = "publication table",
    .catalogue = "pg_publication_rel",
    .oid = "r.oid",
    .parent_catalogue = "pg_publication",
    .parent = "r.prpubid",
    .own_name = "r.prrelid::regclass::text",
    .from = "pg_publication_rel r JOIN relation c ON c.oid = r.prrelid",
    .attributes =
        {
            {"columns", R"sql((SELECT json_agg(a.attname ORDER BY k.place)::text
FROM unnest(r.prattrs::int2[]) WITH ORDINALITY k(attnum, place)
JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = k.attnum))sql",
             150000},
            {"where", "pg_get_expr(r.prqual, r.prrelid)", 150000},
        },
};

}  // namespace schema
