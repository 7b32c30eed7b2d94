// One query lists the objects; one block drops them in an order in which nothing refers to what is gone.
#include "schema/objects.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace schema {

namespace {

/// (classid, objid, whether it lies in a schema that is dropped whole). Objects of extensions and parts of other
/// objects are left out.
constexpr const char* with_objects = R"(
WITH own_schema AS (
  SELECT oid, nspname FROM pg_catalog.pg_namespace
  WHERE nspname::text !~ '^pg_' AND nspname <> 'information_schema'
), candidate(classid, objid, namespace) AS (
  SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, NULL::pg_catalog.oid FROM own_schema WHERE nspname <> 'public'
  UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid, relnamespace FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, pronamespace FROM pg_catalog.pg_proc
  UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, t.typnamespace FROM pg_catalog.pg_type t
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    WHERE (t.typrelid = 0 OR c.relkind = 'c') AND t.typcategory <> 'A' AND t.typtype <> 'm'
  UNION ALL SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, oprnamespace FROM pg_catalog.pg_operator
  UNION ALL SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, oid, opfnamespace FROM pg_catalog.pg_opfamily
  UNION ALL SELECT 'pg_catalog.pg_collation'::pg_catalog.regclass, oid, collnamespace FROM pg_catalog.pg_collation
  UNION ALL SELECT 'pg_catalog.pg_conversion'::pg_catalog.regclass, oid, connamespace FROM pg_catalog.pg_conversion
  UNION ALL SELECT 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid, dictnamespace FROM pg_catalog.pg_ts_dict
  UNION ALL SELECT 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid, cfgnamespace FROM pg_catalog.pg_ts_config
  UNION ALL SELECT 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, oid, prsnamespace FROM pg_catalog.pg_ts_parser
  UNION ALL SELECT 'pg_catalog.pg_ts_template'::pg_catalog.regclass, oid, tmplnamespace FROM pg_catalog.pg_ts_template
  UNION ALL SELECT 'pg_catalog.pg_extension'::pg_catalog.regclass, oid, NULL FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
  UNION ALL SELECT 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, oid, NULL FROM pg_catalog.pg_event_trigger
  UNION ALL SELECT 'pg_catalog.pg_publication'::pg_catalog.regclass, oid, NULL FROM pg_catalog.pg_publication
  UNION ALL SELECT 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, oid, NULL FROM pg_catalog.pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, oid, NULL FROM pg_catalog.pg_foreign_server
  UNION ALL SELECT 'pg_catalog.pg_cast'::pg_catalog.regclass, oid, NULL FROM pg_catalog.pg_cast WHERE oid >= 16384
), object AS (
  SELECT c.classid, c.objid, s.nspname AS schema, i.type, i.identity
  FROM candidate c
  LEFT JOIN own_schema s ON s.oid = c.namespace
  CROSS JOIN LATERAL pg_catalog.pg_identify_object(c.classid, c.objid, 0) i
  WHERE (c.namespace IS NULL OR s.oid IS NOT NULL)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = c.classid AND d.objid = c.objid AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))
)
)";

}  // namespace

std::string objects_sql() {
  return std::string(with_objects) + "SELECT pg_catalog.concat(type, ' ', identity) FROM object";
}

std::vector<std::string> read_objects(postgres::Session& session) {
  const postgres::Result found =
      session.query("SELECT name FROM (" + objects_sql() + ") AS object(name) ORDER BY name COLLATE \"C\"");
  std::vector<std::string> objects;
  for (std::size_t i = 0; i < found.rows(); ++i) objects.push_back(found.text(i, 0));
  return objects;
}

std::string drop_all_sql(const std::vector<std::string>& kept_extensions) {
  std::vector<std::string> kept = {"''"};
  for (const std::string& each : kept_extensions) kept.push_back(postgres::quote_literal(each));
  const std::string list = std::string(with_objects) + fmt::format(R"(
    SELECT o.*, pg_catalog.array_position(ARRAY['event trigger', 'publication', 'schema', 'view', 'materialized view',
      'table', 'foreign table'], o.type) AS rank
    FROM object o
    WHERE (o.schema IS NULL OR o.schema = 'public' OR o.type = 'schema')
      AND NOT (o.type = 'extension' AND o.identity IN (SELECT pg_catalog.quote_ident(name) FROM pg_catalog.unnest(ARRAY[{}]) name))
    ORDER BY rank NULLS LAST, identity)",
                                                                   base::join(kept, ", "));
  // An object may be gone with one that was dropped before it: it is asked for by its oid first.
  return fmt::format(R"(DO $waxwing$
DECLARE
  dropped record;
  is_there boolean;
BEGIN
  FOR dropped IN {}
  LOOP
    EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %s WHERE oid = %s)', dropped.classid::pg_catalog.regclass, dropped.objid) INTO is_there;
    IF is_there THEN
      EXECUTE pg_catalog.format('DROP %s %s CASCADE', pg_catalog.replace(dropped.type, '-', ' '), dropped.identity);
    END IF;
  END LOOP;
  PERFORM pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata;
END
$waxwing$;
)",
                     list);
}

bool is_empty_database(postgres::Session& session) {
  return read_objects(session).empty() &&
         session.query("SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)").boolean(0, 0);
}

}  // namespace schema
