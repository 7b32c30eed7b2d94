// Three questions to the catalogue.
#include "schema/row_table.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "postgres/quote.hpp"

namespace schema {

using base::Error;
namespace code = base::code;

RowTable read_row_table(postgres::Session& session, const std::string& schema, const std::string& name) {
  const postgres::Result found = session.query(
      "SELECT c.oid, n.nspname, c.relname, c.relkind, pg_catalog.row_security_active(c.oid), EXISTS (SELECT FROM "
      "pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
      "ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass($1)::pg_catalog.oid",
      {{postgres::quote_qualified(schema, name)}});
  if (found.empty())
    throw Error(code::unknown_relation, fmt::format("there is no table \"{}\"", name))
        .because(schema.empty() ? "it was looked for in the search_path" : "in the schema \"" + schema + "\"")
        .advise("waxwing schema tables    lists what there is");
  RowTable table;
  table.oid = found.text(0, 0);
  table.sql_name = postgres::quote_qualified(found.text(0, 1), found.text(0, 2));
  table.shown = (schema.empty() || schema == "public" ? "" : postgres::format_identifier(schema) + ".") +
                postgres::format_identifier(name);
  table.kind = found.value(0, 3)[0];
  table.hides_rows = found.boolean(0, 4);
  table.has_children = table.kind == 'r' && found.boolean(0, 5);
  // Domains may be made of domains.
  const postgres::Result columns = session.query(
      "WITH RECURSIVE below AS (SELECT a.attnum, a.atttypid AS type FROM pg_catalog.pg_attribute a WHERE a.attrelid = "
      "$1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped UNION ALL SELECT b.attnum, t.typbasetype FROM below "
      "b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype = 'd') SELECT a.attname, b.type, a.attgenerated "
      "<> '', a.attidentity = 'a' FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype <> 'd' JOIN "
      "pg_catalog.pg_attribute a ON a.attrelid = $1::pg_catalog.oid AND a.attnum = b.attnum ORDER BY a.attnum",
      {{table.oid}});
  for (std::size_t i = 0; i < columns.rows(); ++i)
    table.columns.push_back({columns.text(i, 0), static_cast<std::uint32_t>(columns.integer(i, 1)),
                             columns.boolean(i, 2), columns.boolean(i, 3)});
  const postgres::Result key = session.query(
      "SELECT a.attname, n.nspname, o.oprname FROM (SELECT i.indexrelid, i.indrelid, i.indkey, i.indclass, "
      "i.indnkeyatts "
      "FROM pg_catalog.pg_index i WHERE i.indrelid = $1::pg_catalog.oid AND i.indisunique AND i.indisvalid AND "
      "i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT EXISTS (SELECT FROM "
      "pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND NOT a.attnotnull) "
      "ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) i, pg_catalog.generate_series(0, "
      "i.indnkeyatts - 1) AS k JOIN pg_catalog.pg_attribute a ON a.attrelid = $1::pg_catalog.oid, "
      "pg_catalog.pg_opclass c JOIN pg_catalog.pg_amop m ON m.amopfamily = c.opcfamily AND m.amoplefttype = "
      "c.opcintype "
      "AND m.amoprighttype = c.opcintype AND m.amopstrategy = 3 JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr "
      "JOIN "
      "pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE a.attnum = i.indkey[k] AND c.oid = i.indclass[k] "
      "ORDER BY k",
      {{table.oid}});
  for (std::size_t i = 0; i < key.rows(); ++i)
    table.key.push_back(
        {key.text(i, 0), fmt::format("OPERATOR({}.{})", postgres::quote_identifier(key.text(i, 1)), key.text(i, 2))});
  return table;
}

}  // namespace schema
