// Text search templates.
#include "schema/kind.hpp"

namespace schema {

extern const Kind text_search_template_kind;
const Kind text_search_template_kind{
    .name = "text search template",
    .catalogue = "pg_ts_template",
    .oid = "p.oid",
    .parent_catalogue = "pg_namespace",
    .parent = "p.tmplnamespace",
    .own_name = "quote_ident(p.tmplname)",
    .from = "pg_ts_template p JOIN space ON space.oid = p.tmplnamespace WHERE " WAXWING_NO_MEMBER("pg_ts_template",
                                                                                                  "p.oid"),
    .attributes =
        {
            {"init", "nullif(p.tmplinit::oid, 0)::regproc::text"},
            {"lexize", "p.tmpllexize::text"},
        },
};

}  // namespace schema
