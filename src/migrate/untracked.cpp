// One query finds the tables and Alembic's version table.
#include "migrate/untracked.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace migrate {

void warn_of_untracked_schema(postgres::Session& session, const revisions::Graph& graph,
                              const std::string& ledger_schema, base::Console& console) {
  const postgres::Result found = session.query(
      "SELECT pg_catalog.count(*), pg_catalog.min(c.relname), pg_catalog.max(CASE WHEN c.relname = 'alembic_version' "
      "THEN "
      "pg_catalog.quote_ident(n.nspname) END) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
      "c.relnamespace "
      "WHERE c.relkind IN ('r', 'p') AND n.nspname::text !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname "
      "<> $1 "
      "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.classid = "
      "'pg_catalog.pg_class'::pg_catalog.regclass::oid "
      "AND d.deptype = 'e')",
      {{ledger_schema}});
  const std::int64_t tables = found.integer(0, 0);
  if (tables == 0) return;
  std::string offer = "waxwing stamp REV";
  if (!found.is_null(0, 2)) {
    const postgres::Result versions = session.query("SELECT version_num FROM " + found.text(0, 2) + ".alembic_version");
    std::vector<std::string> known;
    for (std::size_t i = 0; i < versions.rows(); ++i)
      if (graph.find(versions.value(i, 0))) known.push_back(versions.text(i, 0));
    if (!known.empty()) offer = "waxwing stamp " + base::join(known, " ");
  }
  console.warn("migrate",
               fmt::format("the database already has {} ({}{}) but no applied revision; if they are those "
                           "of a revision, stop and record it: {}",
                           base::count_of(tables, "table"), found.text(0, 1), tables > 1 ? " ..." : "", offer));
}

}  // namespace migrate
