// One query: pg_depend from the columns up through views, then a row for each statement that puts an object back.
#include "operations/set_aside.hpp"

#include <algorithm>

#include "operations/sql.hpp"

namespace operations {

namespace {

/// `item`: what is set aside, once, at the greatest depth at which it was met. A function is only dropped when a view
/// is part of its signature; of one whose body refers to a column (SQL-standard body) the body is put aside.
constexpr const char* items_sql = R"sql(
WITH RECURSIVE down(rel, name) AS (
  SELECT rel, name::name FROM unnest($1::oid[], $2::text[]) u(rel, name)
  UNION SELECT i.inhrelid, d.name FROM down d JOIN pg_inherits i ON i.inhparent = d.rel
), found(class, obj, depth, by_type) AS (
  SELECT d.classid, d.objid, 0, false FROM down JOIN pg_attribute a ON a.attrelid = down.rel AND a.attname = down.name
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
  WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass,
                      'pg_publication_rel'::regclass)
  UNION
  SELECT d.classid, d.objid, f.depth + 1, d.refclassid = 'pg_type'::regclass
  FROM found f JOIN pg_rewrite r ON f.class = 'pg_rewrite'::regclass AND r.oid = f.obj AND r.rulename = '_RETURN'
  JOIN pg_class v ON v.oid = r.ev_class LEFT JOIN pg_type t ON t.oid = v.reltype
  JOIN pg_depend d ON (d.refclassid = 'pg_class'::regclass AND d.refobjid = v.oid)
    OR (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray))
  WHERE f.depth < 100 AND d.classid IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass,
                                        'pg_proc'::regclass)
    AND NOT (d.classid = 'pg_rewrite'::regclass AND EXISTS (SELECT FROM pg_rewrite o WHERE o.oid = d.objid AND o.ev_class = v.oid))
    AND NOT (d.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger o WHERE o.oid = d.objid AND o.tgrelid = v.oid))
), item AS (
  SELECT class, obj, max(depth) AS depth, bool_or(by_type) AS by_type FROM found GROUP BY class, obj
), view AS (
  SELECT c.*, i.depth, c.oid::regclass::text AS sql, CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS word
  FROM item i JOIN pg_rewrite r ON i.class = 'pg_rewrite'::regclass AND r.oid = i.obj AND r.rulename = '_RETURN'
  JOIN pg_class c ON c.oid = r.ev_class
), rule AS (
  SELECT r.oid, r.rulename, r.ev_class, r.ev_enabled, i.depth, i.obj IS NOT NULL AND v.oid IS NULL AS alone, coalesce(v.oid, r.oid) AS owner
  FROM pg_rewrite r LEFT JOIN item i ON i.class = 'pg_rewrite'::regclass AND i.obj = r.oid LEFT JOIN view v ON v.oid = r.ev_class
  WHERE r.rulename <> '_RETURN' AND (i.obj IS NOT NULL OR v.oid IS NOT NULL)
), trigger AS (
  SELECT t.oid, t.tgname, t.tgrelid, t.tgenabled, i.depth, i.obj IS NOT NULL AND v.oid IS NULL AS alone, coalesce(v.oid, t.oid) AS owner
  FROM pg_trigger t LEFT JOIN item i ON i.class = 'pg_trigger'::regclass AND i.obj = t.oid LEFT JOIN view v ON v.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND (i.obj IS NOT NULL OR v.oid IS NOT NULL)
), routine AS (
  SELECT p.*, i.depth, i.by_type, p.oid::regprocedure::text AS sql, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS word
  FROM item i JOIN pg_proc p ON i.class = 'pg_proc'::regclass AND p.oid = i.obj
), acl(depth, owner, part, target, role, held, born) AS (
  SELECT depth, oid, '', sql, relowner, relacl, 'r'::"char" FROM view
  UNION ALL SELECT v.depth, v.oid, ' (' || quote_ident(a.attname) || ')', v.sql, v.relowner, a.attacl, 'c'::"char"
    FROM view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attacl IS NOT NULL
  UNION ALL SELECT depth, oid, '', word || ' ' || sql, proowner, proacl, 'f'::"char" FROM routine WHERE by_type
), default_role AS (
  SELECT DISTINCT e.grantee FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) e
), step(depth, owner, place, what, gone, back) AS (
)sql";

/// What each object is dropped with (`gone`, and `what` it is called) and put back with (`back`).
constexpr const char* steps_sql = R"sql(
  SELECT depth, oid, 10, lower(word) || ' ' || sql, 'DROP ' || word || ' ' || sql,
    'CREATE ' || word || ' ' || sql || coalesce(' USING ' || (SELECT quote_ident(amname) FROM pg_am m WHERE m.oid = relam AND relkind = 'm'), '')
    || coalesce(' WITH (' || array_to_string(reloptions, ', ') || ')', '')
    || CASE WHEN reltablespace <> 0 THEN ' TABLESPACE ' || (SELECT quote_ident(spcname) FROM pg_tablespace s WHERE s.oid = reltablespace) ELSE '' END
    || ' AS ' || rtrim(pg_get_viewdef(oid), ';') || CASE relkind WHEN 'm' THEN ' WITH NO DATA' ELSE '' END FROM view
  UNION ALL SELECT depth, oid, 20, NULL, NULL, 'ALTER ' || word || ' ' || sql || ' OWNER TO ' || quote_ident(pg_get_userbyid(relowner))
    FROM view WHERE relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
  UNION ALL SELECT v.depth, v.oid, 30, NULL, NULL, format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', v.sql, a.attname, pg_get_expr(d.adbin, d.adrelid))
    FROM view v JOIN pg_attrdef d ON d.adrelid = v.oid JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum = d.adnum
  UNION ALL SELECT v.depth, v.oid, 31, NULL, NULL, format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET STATISTICS %s', v.sql, a.attname, a.attstattarget)
    FROM view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0 AND a.attstattarget >= 0 WHERE v.relkind = 'm'
  UNION ALL SELECT v.depth, v.oid, 32, NULL, NULL, format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET STORAGE %s', v.sql, a.attname,
      CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END)
    FROM view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0 JOIN pg_type t ON t.oid = a.atttypid AND t.typstorage <> a.attstorage
    WHERE v.relkind = 'm'
  UNION ALL SELECT v.depth, v.oid, 40, NULL, NULL, pg_get_indexdef(i.indexrelid) FROM view v JOIN pg_index i ON i.indrelid = v.oid
  UNION ALL SELECT v.depth, v.oid, 41, NULL, NULL, format('ALTER INDEX %s SET TABLESPACE %I', i.indexrelid::regclass, s.spcname)
    FROM view v JOIN pg_index i ON i.indrelid = v.oid JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_tablespace s ON s.oid = c.reltablespace
  UNION ALL SELECT v.depth, v.oid, 42, NULL, NULL, format('COMMENT ON INDEX %s IS %L', i.indexrelid::regclass, obj_description(i.indexrelid, 'pg_class'))
    FROM view v JOIN pg_index i ON i.indrelid = v.oid WHERE obj_description(i.indexrelid, 'pg_class') IS NOT NULL
  UNION ALL SELECT v.depth, v.oid, 43, NULL, NULL, format('ALTER MATERIALIZED VIEW %s CLUSTER ON %I', v.sql, c.relname)
    FROM view v JOIN pg_index i ON i.indrelid = v.oid AND i.indisclustered JOIN pg_class c ON c.oid = i.indexrelid
  UNION ALL SELECT v.depth, v.oid, 44, NULL, NULL, pg_get_statisticsobjdef(x.oid) FROM view v JOIN pg_statistic_ext x ON x.stxrelid = v.oid
  UNION ALL SELECT v.depth, v.oid, 45, NULL, NULL, format('COMMENT ON STATISTICS %I.%I IS %L', n.nspname, x.stxname, obj_description(x.oid, 'pg_statistic_ext'))
    FROM view v JOIN pg_statistic_ext x ON x.stxrelid = v.oid JOIN pg_namespace n ON n.oid = x.stxnamespace
    WHERE obj_description(x.oid, 'pg_statistic_ext') IS NOT NULL
  UNION ALL SELECT depth, oid, 60, NULL, NULL, format('COMMENT ON %s %s IS %L', word, sql, obj_description(oid, 'pg_class'))
    FROM view WHERE obj_description(oid, 'pg_class') IS NOT NULL
  UNION ALL SELECT v.depth, v.oid, 61, NULL, NULL, format('COMMENT ON COLUMN %s.%I IS %L', v.sql, a.attname, col_description(v.oid, a.attnum))
    FROM view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0 WHERE col_description(v.oid, a.attnum) IS NOT NULL
  UNION ALL SELECT depth, oid, 90, NULL, NULL, 'REFRESH MATERIALIZED VIEW ' || sql FROM view WHERE relkind = 'm' AND relispopulated
  UNION ALL SELECT coalesce(r.depth, v.depth), r.owner, 50, CASE WHEN r.alone THEN format('rule %I of %s', r.rulename, r.ev_class::regclass) END,
      CASE WHEN r.alone THEN format('DROP RULE %I ON %s', r.rulename, r.ev_class::regclass) END, rtrim(pg_get_ruledef(r.oid), ';')
    FROM rule r LEFT JOIN view v ON v.oid = r.owner
  UNION ALL SELECT coalesce(r.depth, v.depth), r.owner, 51, NULL, NULL, format('COMMENT ON RULE %I ON %s IS %L', r.rulename, r.ev_class::regclass, obj_description(r.oid, 'pg_rewrite'))
    FROM rule r LEFT JOIN view v ON v.oid = r.owner WHERE obj_description(r.oid, 'pg_rewrite') IS NOT NULL
  UNION ALL SELECT coalesce(r.depth, v.depth), r.owner, 52, NULL, NULL, format('ALTER TABLE %s %s RULE %I', r.ev_class::regclass,
      CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, r.rulename)
    FROM rule r LEFT JOIN view v ON v.oid = r.owner WHERE r.ev_enabled <> 'O'
  UNION ALL SELECT coalesce(t.depth, v.depth), t.owner, 55, CASE WHEN t.alone THEN format('trigger %I of %s', t.tgname, t.tgrelid::regclass) END,
      CASE WHEN t.alone THEN format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass) END, pg_get_triggerdef(t.oid)
    FROM trigger t LEFT JOIN view v ON v.oid = t.owner
  UNION ALL SELECT coalesce(t.depth, v.depth), t.owner, 56, NULL, NULL, format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, t.tgrelid::regclass, obj_description(t.oid, 'pg_trigger'))
    FROM trigger t LEFT JOIN view v ON v.oid = t.owner WHERE obj_description(t.oid, 'pg_trigger') IS NOT NULL
  UNION ALL SELECT coalesce(t.depth, v.depth), t.owner, 57, NULL, NULL, format('ALTER TABLE %s %s TRIGGER %I', t.tgrelid::regclass,
      CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname)
    FROM trigger t LEFT JOIN view v ON v.oid = t.owner WHERE t.tgenabled <> 'O'
  UNION ALL SELECT i.depth, p.oid, 10, format('policy %I of %s', p.polname, p.polrelid::regclass), format('DROP POLICY %I ON %s', p.polname, p.polrelid::regclass),
      format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, p.polrelid::regclass, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        (SELECT string_agg(CASE WHEN role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ') FROM unnest(p.polroles) role),
        ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
    FROM item i JOIN pg_policy p ON i.class = 'pg_policy'::regclass AND p.oid = i.obj
  UNION ALL SELECT i.depth, p.oid, 11, NULL, NULL, format('COMMENT ON POLICY %I ON %s IS %L', p.polname, p.polrelid::regclass, obj_description(p.oid, 'pg_policy'))
    FROM item i JOIN pg_policy p ON i.class = 'pg_policy'::regclass AND p.oid = i.obj WHERE obj_description(p.oid, 'pg_policy') IS NOT NULL
  UNION ALL SELECT depth, oid, 10, lower(word) || ' ' || sql, 'DROP ' || word || ' ' || sql, pg_get_functiondef(oid) FROM routine WHERE by_type
  UNION ALL SELECT depth, oid, 20, NULL, NULL, format('ALTER %s %s OWNER TO %I', word, sql, pg_get_userbyid(proowner)) FROM routine
    WHERE by_type AND proowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
  UNION ALL SELECT depth, oid, 60, NULL, NULL, format('COMMENT ON %s %s IS %L', word, sql, obj_description(oid, 'pg_proc')) FROM routine
    WHERE by_type AND obj_description(oid, 'pg_proc') IS NOT NULL
  UNION ALL SELECT a.depth, a.owner, 70, NULL, NULL, format('REVOKE ALL%s ON %s FROM %s', a.part, a.target, string_agg(DISTINCT
      CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.grantee)) END, ', '))
    FROM acl a CROSS JOIN LATERAL (SELECT a.role AS grantee WHERE a.held IS NOT NULL UNION SELECT 0 WHERE a.held IS NOT NULL UNION SELECT d.grantee FROM default_role d) r
    GROUP BY a.depth, a.owner, a.part, a.target
  UNION ALL SELECT a.depth, a.owner, 71, NULL, NULL, format('GRANT %s ON %s TO %s%s', string_agg(e.privilege_type || a.part, ', ' ORDER BY e.privilege_type COLLATE "C"), a.target,
      CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END, CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM acl a CROSS JOIN LATERAL aclexplode(coalesce(a.held, acldefault(a.born, a.role))) e
    WHERE a.held IS NOT NULL OR EXISTS (SELECT FROM default_role) GROUP BY a.depth, a.owner, a.part, a.target, e.grantee, e.is_grantable
)sql";

/// SQL-standard bodies came with 14: the body is replaced, so that the function keeps its OID and its dependents.
constexpr const char* bodies_sql = R"sql(
  UNION ALL SELECT depth, oid, 10, lower(word) || ' ' || sql, replace(pg_get_functiondef(oid), pg_get_function_sqlbody(oid), 'AS ''SELECT'''),
    pg_get_functiondef(oid) FROM routine WHERE NOT by_type
)sql";

/// Row filters and column lists came with 15.
constexpr const char* publications_sql = R"sql(
  UNION ALL SELECT i.depth, r.oid, 10, format('table %s of publication %I', r.prrelid::regclass, p.pubname),
    format('ALTER PUBLICATION %I DROP TABLE ONLY %s', p.pubname, r.prrelid::regclass),
    format('ALTER PUBLICATION %I ADD TABLE ONLY %s%s%s', p.pubname, r.prrelid::regclass,
      ' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place) FROM unnest(r.prattrs) WITH ORDINALITY k(num, place)
               JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = k.num) || ')',
      ' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')')
    FROM item i JOIN pg_publication_rel r ON i.class = 'pg_publication_rel'::regclass AND r.oid = i.obj JOIN pg_publication p ON p.oid = r.prpubid
)sql";

constexpr const char* end_sql = R"sql(
) SELECT depth, owner::text, place, what, gone, back FROM step ORDER BY depth, owner, place, back COLLATE "C"
)sql";

constexpr const char* fixed_sql = R"sql(
WITH RECURSIVE down(rel, name) AS (
  SELECT rel, name::name FROM unnest($1::oid[], $2::text[]) u(rel, name)
  UNION SELECT i.inhrelid, d.name FROM down d JOIN pg_inherits i ON i.inhparent = d.rel
)
SELECT DISTINCT format('generated column %s.%I (%s)', f.adrelid::regclass, g.attname, pg_get_expr(f.adbin, f.adrelid))
FROM down JOIN pg_attribute a ON a.attrelid = down.rel AND a.attname = down.name
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
JOIN pg_attrdef f ON (d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid) OR (d.classid = 'pg_class'::regclass AND f.adrelid = d.objid AND f.adnum = d.objsubid)
JOIN pg_attribute g ON g.attrelid = f.adrelid AND g.attnum = f.adnum AND g.attgenerated <> '' AND g.attnum <> a.attnum
UNION
SELECT DISTINCT format('the partition key of %s (%s)', p.partrelid::regclass, pg_get_partkeydef(p.partrelid))
FROM down JOIN pg_attribute a ON a.attrelid = down.rel AND a.attname = down.name JOIN pg_partitioned_table p ON p.partrelid = a.attrelid
WHERE a.attnum = ANY (p.partattrs) OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = p.partrelid AND d.objsubid = 0
  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = p.partrelid AND d.refobjsubid = a.attnum)
UNION
SELECT DISTINCT format('column %s.%I of the row type of %s', h.attrelid::regclass, h.attname, down.rel::regclass)
FROM down JOIN pg_class c ON c.oid = down.rel JOIN pg_type t ON t.oid = c.reltype JOIN pg_attribute h ON h.atttypid IN (t.oid, t.typarray) AND NOT h.attisdropped
JOIN pg_class o ON o.oid = h.attrelid AND o.relkind IN ('r', 'p', 'm', 'f')
UNION
SELECT DISTINCT format('foreign table %s', c.oid::regclass) FROM down JOIN pg_class c ON c.oid = down.rel AND c.relkind = 'f'
UNION
SELECT DISTINCT format('type %s of table %s', format_type(c.reloftype, NULL), c.oid::regclass) FROM down JOIN pg_class c ON c.oid = down.rel AND c.reloftype <> 0
)sql";

}  // namespace

SetAside read_set_aside(postgres::Session& session, const std::vector<std::string>& table_oids,
                        const std::vector<std::string>& columns) {
  const postgres::Parameters parameters = {{array_text(table_oids)}, {array_text(columns)}};
  const int version = session.server_version();
  const postgres::Result rows =
      session.query(fmt::format("{}{}{}{}{}", items_sql, steps_sql, version >= 140000 ? bodies_sql : "",
                                version >= 150000 ? publications_sql : "", end_sql),
                    parameters);
  SetAside aside;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    if (!rows.is_null(i, 3)) aside.objects.push_back(rows.text(i, 3));
    if (!rows.is_null(i, 4)) aside.drop.insert(aside.drop.begin(), rows.text(i, 4));
    aside.create.push_back(rows.text(i, 5));
  }
  const postgres::Result fixed = session.query(fixed_sql, parameters);
  for (std::size_t i = 0; i < fixed.rows(); ++i) aside.fixed.push_back(fixed.text(i, 0));
  return aside;
}

}  // namespace operations
