// Questions to the catalogue: the key of one table, or those of a schema.
#include "operations/key_starts.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "operations/key_mapping.hpp"
#include "operations/sql.hpp"

namespace operations {

using base::Error;
using postgres::Session;
namespace code = base::code;

KeyStart find_primary_key(Session& session, const std::string& operation, const std::string& schema,
                          const std::string& table, const std::string& column) {
  const std::string name = quote_qualified(schema, table);
  const postgres::Result keys = session.query(
      "SELECT i.indrelid::text, a.attname::text, a.attinhcount::pg_catalog.int4 FROM pg_catalog.pg_index i CROSS JOIN "
      "LATERAL pg_catalog.unnest(i.indkey) WITH ORDINALITY k(num, place) JOIN pg_catalog.pg_attribute a ON a.attrelid "
      "= "
      "i.indrelid AND a.attnum = k.num WHERE i.indrelid = pg_catalog.to_regclass($1)::pg_catalog.oid AND "
      "i.indisprimary "
      "AND k.place <= i.indnkeyatts::pg_catalog.int8 ORDER BY k.place",
      {{name, postgres::oid::text}});
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < keys.rows(); ++i) {
    columns.push_back(keys.text(i, 1));
    const bool is_meant = column.empty() ? keys.rows() == 1 : column == columns.back();
    if (is_meant && keys.integer(i, 2) > 0)
      throw Error(code::key_not_retypable,
                  fmt::format("op.{}: {} of {} is inherited", operation, columns.back(), shown(schema, table)))
          .advise("name the table that it is inherited from: its partitions and children go with it");
    if (is_meant) return {keys.text(i, 0), columns.back()};
  }
  Error error(code::no_primary_key, fmt::format("op.{}: {} has no primary key {}", operation, shown(schema, table),
                                                column.empty() ? "of one column" : "with \"" + column + "\""));
  if (columns.empty()) throw error.because("there is no such table, or it has no primary key");
  throw error.because(fmt::format("its primary key is ({})", base::join(columns, ", ")))
      .advise(fmt::format("say which column is the key: column = \"{}\"", columns.back()));
}

std::vector<KeyStart> integer_primary_keys(Session& session, const std::string& schema, const Names& except,
                                           const std::string& to) {
  const postgres::Result keys = session.query(
      "SELECT i.indrelid::text, a.attname::text, c.relname::text, pg_catalog.format_type(a.atttypid, NULL) FROM "
      "pg_catalog.pg_index i JOIN pg_catalog.pg_class c "
      "ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a "
      "ON "
      "a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indisprimary AND i.indnkeyatts = 1::pg_catalog.int2 AND "
      "c.relkind::text IN ('r', 'p') AND a.attinhcount::pg_catalog.int4 = 0 AND a.atttypid::text IN ('20', '21', '23') "
      "AND n.nspname::text = "
      "coalesce($1, pg_catalog.current_schema()::text) AND NOT "
      "pg_catalog.starts_with(coalesce(pg_catalog.obj_description(c.oid, "
      "'pg_class'), ''), 'waxwing: ') AND NOT (c.relname::text IN ('revision', 'run', 'event', 'journal', "
      "'checkpoint') AND EXISTS "
      "(SELECT FROM "
      "pg_catalog.pg_class l WHERE l.relnamespace = n.oid AND l.relname::text = 'revision' AND "
      "pg_catalog.starts_with(pg_catalog.obj_description(l.oid, 'pg_class'), 'waxwing ledger'))) ORDER BY c.relname",
      {{schema.empty() ? std::nullopt : std::optional<std::string>(schema), postgres::oid::text}});
  std::vector<KeyStart> starts;
  for (std::size_t i = 0; i < keys.rows(); ++i)
    if (std::find(except.begin(), except.end(), keys.text(i, 2)) == except.end() && keys.text(i, 3) != to)
      starts.push_back({keys.text(i, 0), keys.text(i, 1)});
  return starts;
}

std::vector<KeyStart> mapped_primary_keys(Session& session, const std::string& schema,
                                          const std::string& mapping_schema, const Names& except) {
  const postgres::Result keys = session.query(
      "SELECT i.indrelid::text, a.attname::text, c.relname::text FROM pg_catalog.pg_class c JOIN "
      "pg_catalog.pg_namespace n ON n.oid = "
      "c.relnamespace JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary JOIN pg_catalog.pg_attribute "
      "a ON a.attrelid = c.oid AND a.attnum = ANY "
      "(i.indkey) JOIN pg_catalog.pg_class m ON m.relname::text = c.relname::text || '_id_map' JOIN "
      "pg_catalog.pg_namespace s ON s.oid = m.relnamespace AND s.nspname::text = coalesce($2, n.nspname::text) WHERE "
      "n.nspname::text = "
      "coalesce($1, pg_catalog.current_schema()::text) AND pg_catalog.starts_with(pg_catalog.obj_description(m.oid, "
      "'pg_class'), $3) AND "
      "pg_catalog.strpos(pg_catalog.obj_description(m.oid, 'pg_class'), '\"column\":' || "
      "pg_catalog.to_json(a.attname::text)::text) > 0 ORDER BY c.relname",
      {{schema.empty() ? std::nullopt : std::optional<std::string>(schema), postgres::oid::text},
       {mapping_schema.empty() ? std::nullopt : std::optional<std::string>(mapping_schema), postgres::oid::text},
       {mapping_comment_start, postgres::oid::text}});
  std::vector<KeyStart> starts;
  for (std::size_t i = 0; i < keys.rows(); ++i)
    if (std::find(except.begin(), except.end(), keys.text(i, 2)) == except.end())
      starts.push_back({keys.text(i, 0), keys.text(i, 1)});
  return starts;
}

}  // namespace operations
