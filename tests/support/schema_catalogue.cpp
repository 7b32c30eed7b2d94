// A schema in the catalogue's own words, for servers of every version.
#include <algorithm>

#include "postgres/session.hpp"
#include "support/database.hpp"
#include "support/schema_dump.hpp"

namespace tests {

namespace {

/// Only what is the user's: no system schema, no ledger, no member of an extension, no array type, which comes and goes
/// with its element (and is no member of its extension before PostgreSQL 17).
constexpr const char* own = R"sql(
CREATE TEMPORARY VIEW own_schema AS
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'waxwing');
CREATE TEMPORARY VIEW member AS SELECT classid, objid FROM pg_depend WHERE deptype = 'e';
CREATE TEMPORARY VIEW own_relation AS
  SELECT c.* FROM pg_class c JOIN pg_temp.own_schema s ON s.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM pg_temp.member WHERE classid = 'pg_class'::regclass AND objid = c.oid);
CREATE TEMPORARY VIEW own_type AS
  SELECT t.* FROM pg_type t JOIN pg_temp.own_schema s ON s.oid = t.typnamespace
  WHERE NOT EXISTS (SELECT FROM pg_temp.member WHERE classid = 'pg_type'::regclass AND objid = t.oid)
    AND NOT EXISTS (SELECT FROM pg_type element WHERE element.typarray = t.oid);
SET search_path = '')sql";

/// Each gives one text per object. The constraints that stand for NOT NULL since PostgreSQL 18 are left out: the
/// columns say it, and their names depend on how a table came to be.
constexpr const char* questions[] = {
    R"sql(SELECT 'CREATE SCHEMA ' || nspname FROM pg_temp.own_schema WHERE nspname <> 'public')sql",
    R"sql(SELECT format('CREATE EXTENSION %s SCHEMA %s', extname, extnamespace::regnamespace) FROM pg_extension
          WHERE extname <> 'plpgsql')sql",
    R"sql(SELECT format('relation %s kind %s persistence %s options %s row security %s %s identity %s of %s for %s by %s',
                        c.oid::regclass, relkind, relpersistence, reloptions, relrowsecurity, relforcerowsecurity,
                        relreplident, inhparent::regclass, pg_get_expr(relpartbound, c.oid), pg_get_partkeydef(c.oid))
          FROM pg_temp.own_relation c LEFT JOIN pg_inherits ON inhrelid = c.oid WHERE relkind NOT IN ('i', 'I'))sql",
    R"sql(SELECT format('column %s.%s %s collate %s not null %s default %s identity %s generated %s storage %s '
                        'statistics %s', c.oid::regclass, attname, format_type(atttypid, atttypmod),
                        attcollation::regcollation, attnotnull, pg_get_expr(adbin, adrelid), attidentity, attgenerated,
                        attstorage, coalesce(attstattarget, -1))
          FROM pg_temp.own_relation c JOIN pg_attribute a ON attrelid = c.oid
          LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = attnum
          WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND attnum > 0 AND NOT attisdropped)sql",
    R"sql(SELECT format('constraint %s on %s %s', conname, conrelid::regclass, pg_get_constraintdef(k.oid))
          FROM pg_constraint k JOIN pg_temp.own_relation c ON c.oid = conrelid WHERE contype NOT IN ('n', 't'))sql",
    R"sql(SELECT format('constraint %s on %s %s', conname, contypid::regtype, pg_get_constraintdef(k.oid))
          FROM pg_constraint k JOIN pg_temp.own_type t ON t.oid = contypid WHERE contype <> 'n')sql",
    R"sql(SELECT format('%s valid %s clustered %s identity %s', pg_get_indexdef(indexrelid), indisvalid, indisclustered,
                        indisreplident)
          FROM pg_index JOIN pg_temp.own_relation c ON c.oid = indexrelid)sql",
    R"sql(SELECT format('sequence %s as %s %s owned by %s', c.oid::regclass, seqtypid::regtype,
                        (seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle),
                        pg_describe_object(refclassid, refobjid, refobjsubid))
          FROM pg_sequence JOIN pg_temp.own_relation c ON c.oid = seqrelid
          LEFT JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i'))sql",
    R"sql(SELECT format('view %s %s', c.oid::regclass, pg_get_viewdef(c.oid))
          FROM pg_temp.own_relation c WHERE relkind IN ('v', 'm'))sql",
    R"sql(SELECT pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN pg_temp.own_relation c ON c.oid = ev_class
          WHERE rulename <> '_RETURN')sql",
    R"sql(SELECT format('%s enabled %s', pg_get_triggerdef(t.oid), tgenabled)
          FROM pg_trigger t JOIN pg_temp.own_relation c ON c.oid = tgrelid WHERE NOT tgisinternal)sql",
    R"sql(SELECT format('policy %s on %s %s permissive %s to %s using %s check %s', polname, polrelid::regclass, polcmd,
                        polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid),
                        pg_get_expr(polwithcheck, polrelid))
          FROM pg_policy JOIN pg_temp.own_relation c ON c.oid = polrelid)sql",
    R"sql(SELECT CASE prokind WHEN 'a' THEN format('aggregate %s', p.oid::regprocedure) ELSE pg_get_functiondef(p.oid) END
          FROM pg_proc p JOIN pg_temp.own_schema s ON s.oid = pronamespace
          WHERE NOT EXISTS (SELECT FROM pg_temp.member WHERE classid = 'pg_proc'::regclass AND objid = p.oid))sql",
    R"sql(SELECT format('type %s %s labels %s base %s not null %s default %s range of %s', t.oid::regtype, typtype,
                        (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
                        format_type(typbasetype, typtypmod), typnotnull, typdefault, rngsubtype::regtype)
          FROM pg_temp.own_type t LEFT JOIN pg_range ON rngtypid = t.oid WHERE typtype <> 'c')sql",
    R"sql(SELECT pg_get_statisticsobjdef(x.oid) FROM pg_statistic_ext x
          JOIN pg_temp.own_schema s ON s.oid = stxnamespace)sql",
    R"sql(SELECT format('COMMENT ON %s IS %L', pg_describe_object(classoid, objoid, objsubid), description)
          FROM pg_description d
          WHERE objoid >= 16384 AND classoid <> 'pg_extension'::regclass
            AND NOT EXISTS (SELECT FROM pg_temp.member WHERE classid = classoid AND objid = objoid)
            AND pg_describe_object(classoid, objoid, objsubid) !~ '\mwaxwing\M')sql",
    R"sql(SELECT pg_describe_object(classid, oid, 0)
          FROM (SELECT 'pg_operator'::regclass, oid FROM pg_operator UNION ALL
                SELECT 'pg_cast'::regclass, oid FROM pg_cast UNION ALL
                SELECT 'pg_collation'::regclass, oid FROM pg_collation UNION ALL
                SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config UNION ALL
                SELECT 'pg_publication'::regclass, oid FROM pg_publication UNION ALL
                SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger) object (classid, oid)
          WHERE oid >= 16384
            AND NOT EXISTS (SELECT FROM pg_temp.member m WHERE m.classid = object.classid AND m.objid = object.oid))sql"};

}  // namespace

std::vector<std::string> catalogue_of(const postgres::Url& url) {
  const auto connection = connect(url);
  connection->query(own);
  std::vector<std::string> objects;
  for (const char* question : questions) {
    const postgres::Result answer = connection->query(question);
    for (std::size_t row = 0; row < answer.rows(); ++row) objects.push_back(answer.text(row, 0));
  }
  std::sort(objects.begin(), objects.end());
  return objects;
}

}  // namespace tests
