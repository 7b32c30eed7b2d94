// Privileges that differ from those an object is born with: one fact for each role, with what it may now.
#include "schema/kind.hpp"

namespace schema {

extern const Kind grant_kind;
const Kind grant_kind{
    .name = "grant",
    .parent_catalogue = "g.class",
    .parent = "g.obj",
    .parent_sub = "g.sub",
    .own_name = R"sql('to ' || CASE WHEN g.grantee = 0 THEN 'public'
ELSE quote_ident(pg_get_userbyid(g.grantee)) END || CASE
WHEN g.grantor <> g.owner THEN ' by ' || quote_ident(pg_get_userbyid(g.grantor)) ELSE '' END)sql",
    .from = R"sql((SELECT o.class, o.obj, o.sub, o.owner, e.grantee, e.grantor, json_agg(e.privilege_type || CASE
WHEN e.is_grantable THEN ' WITH GRANT OPTION'
ELSE '' END ORDER BY e.privilege_type COLLATE "C") FILTER (WHERE e.has_now)::text AS now, json_agg(e.privilege_type || CASE
WHEN e.is_grantable THEN ' WITH GRANT OPTION'
ELSE '' END ORDER BY e.privilege_type COLLATE "C") FILTER (WHERE NOT e.has_now)::text AS born
FROM (SELECT 'pg_class'::regclass::oid, c.oid, 0, c.relacl, CASE c.relkind
WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner FROM relation c
WHERE c.relacl IS NOT NULL
UNION ALL SELECT 'pg_class'::regclass::oid, a.attrelid, a.attnum::int4, a.attacl, 'c'::"char", c.relowner
FROM pg_attribute a JOIN relation c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL
UNION ALL SELECT 'pg_namespace'::regclass::oid, n.oid, 0, n.nspacl, 'n'::"char", n.nspowner
FROM pg_namespace n JOIN space ON space.oid = n.oid WHERE n.nspacl IS NOT NULL
UNION ALL SELECT 'pg_proc'::regclass::oid, p.oid, 0, p.proacl, 'f'::"char", p.proowner
FROM pg_proc p JOIN space ON space.oid = p.pronamespace WHERE p.proacl IS NOT NULL
UNION ALL SELECT 'pg_type'::regclass::oid, t.oid, 0, t.typacl, 'T'::"char", t.typowner
FROM pg_type t JOIN space ON space.oid = t.typnamespace WHERE t.typacl IS NOT NULL
UNION ALL SELECT 'pg_language'::regclass::oid, l.oid, 0, l.lanacl, 'l'::"char", l.lanowner
FROM pg_language l WHERE l.lanacl IS NOT NULL
UNION ALL SELECT 'pg_foreign_server'::regclass::oid, s.oid, 0, s.srvacl, 'S'::"char", s.srvowner
FROM pg_foreign_server s WHERE s.srvacl IS NOT NULL
UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass::oid, w.oid, 0, w.fdwacl, 'F'::"char", w.fdwowner
FROM pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL) o(class, obj, sub, acl, type, owner)
CROSS JOIN LATERAL (SELECT x.*, true AS has_now FROM aclexplode(o.acl) x
UNION ALL SELECT x.*, false FROM aclexplode(coalesce((SELECT i.initprivs FROM pg_init_privs i
WHERE i.classoid = o.class AND i.objoid = o.obj
AND i.objsubid = o.sub), acldefault(o.type, o.owner))) x) e GROUP BY 1, 2, 3, 4, 5, 6) g
WHERE g.now IS DISTINCT FROM g.born)sql",
    .attributes =
        {
            {"privileges", "g.now"},
        },
    .is_about_parent = true,
};

}  // namespace schema
