// Publications; their tables and schemas are facts of their own.
#include "schema/kind.hpp"

namespace schema {

extern const Kind publication_kind;
const Kind publication_kind{
    .name = "publication",
    .catalogue = "pg_publication",
    .oid = "p.oid",
    .own_name = "quote_ident(p.pubname)",
    .from = "pg_publication p WHERE " WAXWING_NO_MEMBER("pg_publication", "p.oid"),
    .attributes =
        {
            {"all tables", "(p.puballtables)::text"},
            {"operations", R"sql(concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE
WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE
WHEN p.pubtruncate THEN 'truncate' END))sql"},
            {"via root", "(p.pubviaroot)::text"},
            {"generated columns", "p.pubgencols::text", 180000},
            {"owner", "pg_get_userbyid(p.pubowner)::text"},
        },
};

}  // namespace schema
