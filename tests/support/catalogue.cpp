// The schema of a database as one text.
#include "support/catalogue.hpp"

namespace tests {

namespace {

/// One line per property of each object that is not the system's. Columns are told by name: an inverse may move them.
constexpr const char* query = R"(
with spaces as (select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
lines(line) as (
  select 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') || ' ' || coalesce(obj_description(n.oid, 'pg_namespace'), '')
    from pg_namespace n where n.oid in (select oid from spaces)
  union all
  select format('relation %s %s %s %s %s %s %s %s %s', c.oid::regclass, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
                c.reloptions, coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)),
                obj_description(c.oid, 'pg_class'), c.relispopulated)
    from pg_class c where c.relnamespace in (select oid from spaces) and c.relkind <> 'c'
  union all
  select format('column %s.%s %s %s %s %s %s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation, a.attacl, col_description(c.oid, a.attnum))
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
   where c.relnamespace in (select oid from spaces) and a.attnum > 0 and not a.attisdropped
  union all
  select format('constraint %s %s %s %s %s', conname, conrelid::regclass, contypid::regtype, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint'))
    from pg_constraint where connamespace in (select oid from spaces)
  union all
  select format('index %s %s', pg_get_indexdef(indexrelid), indisvalid) from pg_index join pg_class c on c.oid = indexrelid where c.relnamespace in (select oid from spaces)
  union all
  select format('sequence %s %s %s %s %s %s %s %s', seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle) from pg_sequence
  union all
  select format('type %s %s %s %s %s %s', t.oid::regtype, t.typtype, t.typnotnull, t.typdefault, obj_description(t.oid, 'pg_type'),
                (select string_agg(enumlabel, ',' order by enumsortorder) from pg_enum where enumtypid = t.oid))
    from pg_type t where t.typnamespace in (select oid from spaces)
  union all
  select format('view %s %s', c.oid::regclass, pg_get_viewdef(c.oid)) from pg_class c where c.relkind in ('v', 'm') and c.relnamespace in (select oid from spaces)
  union all
  select format('function %s %s %s %s', p.oid::regprocedure, p.prosrc, coalesce(p.proacl, acldefault('f', p.proowner)), obj_description(p.oid, 'pg_proc'))
    from pg_proc p where p.pronamespace in (select oid from spaces)
  union all
  select format('trigger %s %s', pg_get_triggerdef(oid), tgenabled) from pg_trigger where not tgisinternal
  union all
  select format('policy %s %s %s %s %s %s %s', polname, polrelid::regclass, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) from pg_policy
  union all
  select format('extension %s %s %s', extname, extversion, extnamespace::regnamespace) from pg_extension
)
select coalesce(string_agg(line, E'\n' order by line collate "C"), '') from lines)";

}  // namespace

std::string catalogue_text(postgres::Session& session) { return session.query(query).text(0, 0); }

}  // namespace tests
