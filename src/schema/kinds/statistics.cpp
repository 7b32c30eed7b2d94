// Extended statistics.
#include "schema/kind.hpp"

namespace schema {

extern const Kind statistics_kind;
const Kind statistics_kind{
    .name = "statistics",
    .catalogue = "pg_statistic_ext",
    .oid = "s.oid",
    .parent_catalogue = "pg_class",
    .parent = "s.stxrelid",
    .scope = "s.stxnamespace",
    .own_name = "quote_ident(s.stxname)",
    .from = "pg_statistic_ext s JOIN space ON space.oid = s.stxnamespace",
    .attributes =
        {
            {"definition", "pg_get_statisticsobjdef(s.oid)"},
            {"target", "CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget::text END"},
            {"owner", "pg_get_userbyid(s.stxowner)::text"},
        },
};

}  // namespace schema
