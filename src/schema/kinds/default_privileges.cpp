// ALTER DEFAULT PRIVILEGES.
#include "schema/kind.hpp"

namespace schema {

extern const Kind default_privileges_kind;
const Kind default_privileges_kind{
    .name = "default privileges",
    .catalogue = "pg_default_acl",
    .oid = "d.oid",
    .own_name = R"sql(CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas'
ELSE 'large objects' END || ' of ' || quote_ident(pg_get_userbyid(d.defaclrole)) || CASE
WHEN d.defaclnamespace <> 0 THEN ' in ' || d.defaclnamespace::regnamespace::text ELSE '' END)sql",
    .from = R"sql(pg_default_acl d WHERE d.defaclnamespace = 0 OR d.defaclnamespace IN (SELECT oid FROM space))sql",
    .attributes =
        {
            {"privileges",
             R"sql((SELECT json_agg(g.line ORDER BY g.line COLLATE "C")::text FROM (SELECT e.privilege_type || CASE
WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END || ' TO ' || CASE
WHEN e.grantee = 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(e.grantee)) END AS line
FROM aclexplode(d.defaclacl) e) g))sql"},
        },
};

}  // namespace schema
