// Schemas of publications.
#include "schema/kind.hpp"

namespace schema {

extern const Kind publication_schema_kind;
const Kind publication_schema_kind{
    .name = "publication schema",
    .catalogue = "pg_publication_namespace",
    .oid = "r.oid",
    .parent_catalogue = "pg_publication",
    .parent = "r.pnpubid",
    .own_name = "r.pnnspid::regnamespace::text",
    .from = "pg_publication_namespace r JOIN space ON space.oid = r.pnnspid",
    .since = 150000,
};

}  // namespace schema
