// What PostgreSQL drops together with an object.
#include "operations/dropped_along.hpp"

#include <fmt/core.h>

namespace operations {

namespace {

/// Follows pg_depend from the object. A view depends through its rewrite rule, so the rule stands for its view.
/// What is a part of its object (deptypes i and e: a row type, the members of an extension) is followed and not named.
/// A NOT NULL, which is a constraint since PostgreSQL 18, is a part of its column. With CASCADE normal dependencies are
/// followed as well. Both sides of each `=` have one type, so that no operator of another schema fits better than
/// pg_catalog's.
constexpr const char* walk = R"(
with recursive start(classid, objid, objsubid) as ({start}),
gone(classid, objid, objsubid, internal) as (
  select classid, objid, objsubid, false from start
  union
  select case when r.oid is null then d.classid else 'pg_catalog.pg_class'::pg_catalog.regclass::oid end,
         coalesce(r.ev_class, d.objid), case when r.oid is null then d.objsubid else 0 end,
         d.deptype in ('i', 'e') and r.oid is null
    from gone g
    join pg_catalog.pg_depend d
      on d.refclassid = g.classid and d.refobjid = g.objid
     and (g.objsubid = 0 or d.refobjsubid = g.objsubid)
    left join pg_catalog.pg_rewrite r
      on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::oid and r.oid = d.objid
     and r.rulename = '_RETURN'
   where d.deptype in ('a', 'i', 'e', 'P', 'S') or ({cascade} and d.deptype = 'n')
),
along as (
  select classid, objid, objsubid from gone
   where (classid, objid, objsubid) not in (select classid, objid, objsubid from start)
   group by 1, 2, 3 having not pg_catalog.bool_or(internal)
),
whole(relation) as (
  select objid from gone where classid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid and objsubid = 0
),
own(relation) as (select objid from start where classid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid)
select distinct pg_catalog.concat_ws(' ', label, case when other then 'of ' || (owner::pg_catalog.regclass)::text end)
  from (
  select case c.contype when 'p' then 'primary key' when 'u' then 'unique constraint' when 'f' then 'foreign key'
                        when 'c' then 'check constraint' when 'x' then 'exclusion constraint' else 'constraint' end
         || ' ' || pg_catalog.quote_ident(c.conname) || ' '
         || case c.contype when 'f' then pg_catalog.substring(d.text, '^FOREIGN KEY (\(.*?\)) REFERENCES')
                           when 'c' then pg_catalog.regexp_replace(d.text, '^CHECK ', '')
                           else pg_catalog.regexp_replace(
                             d.text, '^(PRIMARY KEY|UNIQUE( NULLS NOT DISTINCT)?|EXCLUDE) ', '') end as label,
         c.conrelid as owner, c.conrelid not in (select relation from own) as other,
         c.conrelid in (select relation from whole) as of_table
    from along g join pg_catalog.pg_constraint c on c.oid = g.objid,
         pg_catalog.pg_get_constraintdef(c.oid) d(text)
   where g.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass::oid and c.conrelid <> '0' and c.contype <> 'n'
  union all
  select case when i.indisunique then 'unique index ' else 'index ' end || pg_catalog.quote_ident(c.relname) || ' '
         || pg_catalog.substring(pg_catalog.pg_get_indexdef(c.oid), ' USING \w+ (.*)$'),
         i.indrelid, i.indrelid not in (select relation from own),
         i.indrelid in (select relation from whole)
    from along g join pg_catalog.pg_class c on c.oid = g.objid
    join pg_catalog.pg_index i on i.indexrelid = c.oid
   where g.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid
     and c.relnamespace <> 'pg_toast'::pg_catalog.regnamespace
     and not exists (select from pg_catalog.pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))
  union all
  select pg_catalog.pg_describe_object(g.classid, g.objid, g.objsubid), null, false, false
    from along g
    left join pg_catalog.pg_class c on g.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid and c.oid = g.objid
    left join pg_catalog.pg_trigger t on g.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass::oid and t.oid = g.objid
    left join pg_catalog.pg_policy p on g.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass::oid and p.oid = g.objid
    left join pg_catalog.pg_constraint k
      on g.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass::oid and k.oid = g.objid
    left join pg_catalog.pg_attrdef a on g.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass::oid and a.oid = g.objid
   where g.classid not in ('pg_catalog.pg_amop'::pg_catalog.regclass::oid, 'pg_catalog.pg_amproc'::pg_catalog.regclass::oid)
     and coalesce(k.conrelid, '0') = '0' and coalesce(k.contype, 'c') <> 'n' and coalesce(c.relkind, 'r') not in ('i', 'I', 't')
     and not coalesce(t.tgisinternal, false)
     and coalesce(a.adrelid, '0') not in (select relation from own union all select relation from whole)
     and coalesce(t.tgrelid, p.polrelid, '0')
         not in (select relation from whole where relation not in (select relation from own))
) labels where not of_table order by 1)";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  return text.replace(text.find(what), what.size(), by);
}

DroppedObject by_name(std::string_view catalogue, std::string_view function, const std::string& name) {
  return {fmt::format("select 'pg_catalog.{0}'::pg_catalog.regclass::pg_catalog.oid, o::pg_catalog.oid, 0 from "
                      "pg_catalog.{1}($1) o "
                      "where o is not null",
                      catalogue, function),
          {{name, postgres::oid::text}}};
}

}  // namespace

DroppedObject relation_object(const std::string& quoted) { return by_name("pg_class", "to_regclass", quoted); }
DroppedObject type_object(const std::string& quoted) { return by_name("pg_type", "to_regtype", quoted); }
DroppedObject schema_object(const std::string& name) { return by_name("pg_namespace", "to_regnamespace", name); }

DroppedObject routine_object(const std::string& signature) {
  return by_name("pg_proc", signature.ends_with(')') ? "to_regprocedure" : "to_regproc", signature);
}

DroppedObject column_object(const std::string& quoted_table, const std::string& column) {
  return {
      "select 'pg_catalog.pg_class'::pg_catalog.regclass::oid, attrelid, attnum::pg_catalog.int4 from "
      "pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass($1)::oid and attname = $2 and not attisdropped",
      {{quoted_table, postgres::oid::text}, {column, postgres::oid::text}}};
}

DroppedObject extension_object(const std::string& name) {
  return {
      "select 'pg_catalog.pg_extension'::pg_catalog.regclass::oid, oid, 0 from pg_catalog.pg_extension "
      "where extname = $1",
      {{name, postgres::oid::text}}};
}

DroppedObject constraint_object(const std::string& quoted_table, const std::string& name) {
  return {
      "select 'pg_catalog.pg_constraint'::pg_catalog.regclass::oid, oid, 0 from pg_catalog.pg_constraint "
      "where conrelid = pg_catalog.to_regclass($1)::oid and conname = $2",
      {{quoted_table, postgres::oid::text}, {name, postgres::oid::text}}};
}

void note_dropped_along(postgres::Session& session, Notes& notes, const std::string& what, const DroppedObject& object,
                        bool cascade) {
  if (!session.is_live()) return;
  const std::string sql = replaced(replaced(walk, "{start}", object.query), "{cascade}", cascade ? "true" : "false");
  const postgres::Result result = session.query(sql, object.parameters);
  for (std::size_t row = 0; row < result.rows(); ++row)
    notes.note(fmt::format("{} also drops {}", what, result.text(row, 0)));
}

}  // namespace operations
