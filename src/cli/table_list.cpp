// Of everything that has rows, outside of the system's schemas.
#include "cli/table_list.hpp"

#include "base/text.hpp"
#include "cli/text_table.hpp"

namespace cli {

postgres::Result read_table_list(postgres::Session& session) {
  return session.query(
      "SELECT n.nspname::text, c.relname::text, CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN "
      "'foreign "
      "table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END, "
      "pg_catalog.pg_get_userbyid(c.relowner)::text, CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END, "
      "pg_catalog.pg_total_relation_size(c.oid) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
      "c.relnamespace WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname OPERATOR(pg_catalog.<>) "
      "'information_schema'::name AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_') ORDER BY 1, 2");
}

void print_table_list(base::Console& console, const postgres::Result& tables) {
  TextTable table{"", {{"schema"}, {"name"}, {"kind"}, {"owner"}, {"rows, about", true}, {"size", true}}, {}};
  for (std::size_t i = 0; i < tables.rows(); ++i)
    table.rows.push_back({tables.text(i, 0), tables.text(i, 1), tables.text(i, 2), tables.text(i, 3),
                          tables.is_null(i, 4) ? "?" : tables.text(i, 4),
                          base::human_size(static_cast<unsigned long long>(tables.integer(i, 5)))});
  if (table.rows.empty()) return console.result("the database has no tables");
  for (const std::string& line : table.lines()) console.result(line);
}

}  // namespace cli
