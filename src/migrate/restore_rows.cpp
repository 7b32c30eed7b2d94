// The rows of some tables. TRUNCATE, COPY and the foreign keys around them are one transaction.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "migrate/restore_parts.hpp"
#include "postgres/quote.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

namespace {

/// ARRAY of the tables' oids.
std::string oids_sql(const std::vector<schema::TableSum>& tables) {
  std::vector<std::string> names;
  for (const schema::TableSum& table : tables)
    names.push_back(postgres::quote_literal(table.quoted()) + "::pg_catalog.regclass::pg_catalog.oid");
  return "ARRAY[" + base::join(names, ", ") + "]";
}

void refuse_changed(postgres::Session& session, const std::vector<schema::TableSum>& tables) {
  const std::vector<schema::TableSum> now = schema::read_tables(session);
  for (const schema::TableSum& table : tables) {
    const auto found =
        std::find_if(now.begin(), now.end(), [&](const auto& each) { return each.is_same_table(table); });
    const auto refuse = [&](const std::string& why) {
      throw Error(code::restore_breaks, fmt::format("the rows of {} cannot be put back", table.shown()))
          .because(why)
          .advise("restore the whole backup, or into an empty database of its own: waxwing restore FILE --into URL")
          .state("nothing was changed");
    };
    if (found == now.end()) refuse("there is no such table any more");
    for (const std::string& column : table.columns)
      if (std::find(found->columns.begin(), found->columns.end(), column) == found->columns.end())
        refuse(fmt::format("its column {} is gone since the backup", postgres::format_identifier(column)));
  }
}

struct Around {
  std::string before, after;
};

/// Foreign keys of the tables, to the tables, and of the tables they are partitions of.
Around foreign_keys(postgres::Session& session, const std::vector<schema::TableSum>& tables) {
  const postgres::Result found = session.query(fmt::format(
      "WITH RECURSIVE own(oid) AS (SELECT oid FROM pg_catalog.unnest({}) oid UNION SELECT i.inhparent FROM "
      "pg_catalog.pg_inherits i JOIN own ON own.oid = i.inhrelid) SELECT pg_catalog.format('%I.%I', n.nspname, "
      "r.relname), pg_catalog.quote_ident(c.conname), pg_catalog.pg_get_constraintdef(c.oid), "
      "pg_catalog.obj_description(c.oid, 'pg_constraint') FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class r "
      "ON "
      "r.oid = c.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace WHERE c.contype = 'f' AND "
      "c.conparentid = 0 AND (c.conrelid IN (SELECT oid FROM own) OR c.confrelid IN (SELECT oid FROM own))",
      oids_sql(tables)));
  Around around;
  for (std::size_t i = 0; i < found.rows(); ++i) {
    const std::string table = found.text(i, 0), name = found.text(i, 1);
    around.before += fmt::format("ALTER TABLE {} DROP CONSTRAINT {};\n", table, name);
    around.after += fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {};\n", table, name, found.text(i, 2));
    if (!found.is_null(i, 3))
      around.after += fmt::format("COMMENT ON CONSTRAINT {} ON {} IS {};\n", name, table,
                                  postgres::quote_literal(found.text(i, 3)));
  }
  return around;
}

/// The user's triggers do not see the rows come: they saw them when they came first.
Around triggers(postgres::Session& session, const std::vector<schema::TableSum>& tables) {
  const postgres::Result found = session.query(fmt::format(
      "SELECT pg_catalog.format('ALTER TABLE %I.%I ', n.nspname, c.relname), CASE t.tgenabled WHEN 'R' THEN 'ENABLE "
      "REPLICA TRIGGER ' WHEN 'A' THEN 'ENABLE ALWAYS TRIGGER ' ELSE 'ENABLE TRIGGER ' END, "
      "pg_catalog.quote_ident(t.tgname) FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid "
      "JOIN "
      "pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE t.tgrelid = ANY ({}) AND NOT t.tgisinternal AND "
      "t.tgenabled <> 'D'",
      oids_sql(tables)));
  Around around;
  for (std::size_t i = 0; i < found.rows(); ++i) {
    around.before += fmt::format("{}DISABLE TRIGGER {};\n", found.text(i, 0), found.text(i, 2));
    around.after += fmt::format("{}{}{};\n", found.text(i, 0), found.text(i, 1), found.text(i, 2));
  }
  return around;
}

}  // namespace

void restore_rows(Project& project, LockedDatabase& database, const Manifest& manifest,
                  const std::vector<schema::TableSum>& tables, const postgres::ClientPrograms& programs,
                  const std::string& record_sql) {
  // Definitions are read with nothing but pg_catalog in the search_path, so that every name comes qualified.
  const auto reader = project.connect_again(database.connection().url());
  refuse_changed(*reader, tables);
  const Around keys = foreign_keys(*reader, tables), silence = triggers(*reader, tables);
  std::vector<std::string> only;
  postgres::DumpScript script;
  for (const schema::TableSum& table : tables) {
    only.push_back("ONLY " + table.quoted());
    script.archive_arguments.push_back(
        {"--data-only", "--schema=" + table.schema, "--table=" + table.name, manifest.path});
  }
  const std::string names = base::join(only, ", ");
  const std::string before = fmt::format("LOCK TABLE {0} IN ACCESS EXCLUSIVE MODE;\n{1}{2}TRUNCATE {0};\n", names,
                                         keys.before, silence.before);
  run_restore(programs, database.connection().url(), before, script,
              silence.after + keys.after + compare_tables_sql(tables) + record_sql);
}

}  // namespace migrate
