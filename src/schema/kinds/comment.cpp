// Comments.
#include "schema/kind.hpp"

namespace schema {

extern const Kind comment_kind;
const Kind comment_kind{
    .name = "comment",
    .parent_catalogue = "CASE WHEN o.oid IS NULL THEN m.classoid ELSE 'pg_constraint'::regclass::oid END",
    .parent = "coalesce(o.oid, m.objoid)",
    .parent_sub = "CASE WHEN o.oid IS NULL THEN m.objsubid ELSE 0 END",
    .own_name = "CASE WHEN o.oid IS NULL THEN '' ELSE 'index' END",
    .from = R"sql(pg_description m LEFT JOIN pg_constraint o ON m.classoid = 'pg_class'::regclass
AND o.conindid = m.objoid AND o.contype IN ('p', 'u', 'x') WHERE m.objoid >= 16384
OR m.classoid = 'pg_namespace'::regclass)sql",
    .attributes =
        {
            {"text", "m.description"},
        },
    .is_about_parent = true,
};

}  // namespace schema
