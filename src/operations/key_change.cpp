// ALTER TABLE ... ALTER COLUMN TYPE keeps everything of a table that is not named here: OIDs, indexes, column order,
// triggers, privileges. It rewrites each table once, which is as quick as making a new one.
#include "operations/key_change.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "operations/sql.hpp"
#include "postgres/sql_error.hpp"

namespace operations {

using postgres::Session;

namespace {

void set_path(Session& session, const std::string& path) {
  session.query("SELECT pg_catalog.set_config('search_path', $1, true)", {{path, postgres::oid::text}});
}

std::string column_list(const std::string& alias, const std::vector<std::string>& columns) {
  std::vector<std::string> quoted;
  for (const std::string& each : columns) quoted.push_back(alias + quote_identifier(each));
  return base::join(quoted, ", ");
}

struct Reference {
  std::string table, referenced;
  std::vector<std::string> columns, referenced_columns;
};

/// Those that are not validated, and those that only the call knows of.
std::vector<Reference> doubtful_references(const KeyGraph& graph) {
  std::vector<Reference> found;
  for (const KeyConstraint& each : graph.constraints)
    if (!each.is_validated) found.push_back({each.table, each.referenced, each.columns, each.referenced_columns});
  for (const KeyDomain& domain : graph.domains)
    for (const KeyLink& link : domain.links)
      if (link.oid.empty())
        found.push_back({domain.columns[link.from].table,
                         domain.columns[link.to].table,
                         {domain.columns[link.from].name},
                         {domain.columns[link.to].name}});
  return found;
}

std::string unquoted(const std::string& name) { return name.starts_with("public.") ? name.substr(7) : name; }

}  // namespace

void with_catalogue_path(Session& session, const std::function<void()>& read) {
  const std::string path = session.query("SELECT pg_catalog.current_setting('search_path')").text(0, 0);
  set_path(session, "pg_catalog, pg_temp");
  try {
    read();
  } catch (const postgres::SqlError&) {
    throw;  // the transaction is over, and the setting with it
  } catch (const base::Error&) {
    set_path(session, path);
    throw;
  }
  set_path(session, path);
}

void lock_tables(Session& session, const std::vector<std::string>& tables) {
  session.execute("LOCK TABLE " + base::join(tables, ", ") + " IN ACCESS EXCLUSIVE MODE");
}

void refuse_fixed(const std::string& operation, const KeyGraph& graph, const SetAside& aside) {
  if (aside.fixed.empty()) return;
  throw base::Error(base::code::key_not_retypable, fmt::format("op.{}: the type of {} cannot be changed", operation,
                                                               graph.domains.front().key().shown()))
      .because("it is used by " + base::join(aside.fixed, "; "))
      .advise("drop what uses it before, and make it again after; nothing was changed");
}

void refuse_orphans(Session& session, const KeyGraph& graph) {
  for (const Reference& each : doubtful_references(graph)) {
    std::vector<std::string> present, joined, examples;
    for (std::size_t i = 0; i < each.columns.size(); ++i) {
      const std::string own = "c." + quote_identifier(each.columns[i]);
      present.push_back(own + " IS NOT NULL");
      joined.push_back(fmt::format("p.{} = {}", quote_identifier(each.referenced_columns[i]), own));
    }
    const postgres::Result rows =
        session.query(fmt::format("SELECT pg_catalog.count(*) OVER (), ROW({})::text FROM {} c WHERE {} AND NOT EXISTS "
                                  "(SELECT FROM {} p WHERE {}) "
                                  "LIMIT 5",
                                  column_list("c.", each.columns), each.table, base::join(present, " AND "),
                                  each.referenced, base::join(joined, " AND ")));
    if (rows.empty()) continue;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      std::string text = rows.text(i, 1);
      examples.push_back(each.columns.size() == 1 ? text.substr(1, text.size() - 2) : text);
    }
    const std::string side = unquoted(each.table) + "." + base::join(each.columns, ", "),
                      other = unquoted(each.referenced) + "." + base::join(each.referenced_columns, ", ");
    const std::int64_t count = rows.integer(0, 0);
    throw base::Error(base::code::key_orphans,
                      fmt::format("{} of {} {} to no row of {}", base::count_of(count, "row"), unquoted(each.table),
                                  count == 1 ? "leads" : "lead", unquoted(each.referenced)))
        .because(fmt::format("{} is {}{}", side, base::join(examples, ", "),
                             count > static_cast<std::int64_t>(examples.size()) ? " ..." : ""))
        .advise(fmt::format("waxwing check orphans {} {}    prints the statement that removes them", side, other));
  }
}

void take_away(Session& session, const KeyGraph& graph, const SetAside& aside) {
  for (const std::string& each : aside.drop) {
    // A routine is emptied by the text of its own definition, whose body is not to be looked at.
    const bool is_body = each.starts_with("CREATE ");
    if (is_body) session.execute("SET LOCAL check_function_bodies = off");
    session.execute(each);
    if (is_body) session.execute("SET LOCAL check_function_bodies = on");
  }
  for (const KeyConstraint& each : graph.constraints)
    session.execute(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", each.table, quote_identifier(each.name)));
}

void change_columns(Session& session, const std::vector<KeyDomainChange>& changes,
                    const std::vector<std::string>& in_the_way) {
  std::map<std::string, std::vector<std::string>> actions, names;
  std::vector<std::string> identities;
  for (const KeyDomainChange& change : changes)
    for (std::size_t i = 0; i < change.columns.size(); ++i) {
      const KeyColumn& column = change.domain->columns[i];
      const KeyColumnChange& after = change.columns[i];
      const std::string alter = "ALTER COLUMN " + quote_identifier(column.name) + " ";
      std::vector<std::string>& list = actions[column.table];
      // An identity is looked at before anything of its statement is done, so it goes and comes in one of its own.
      if (!after.keeps_default && !column.identity.empty())
        session.execute(fmt::format("ALTER TABLE {} {}DROP IDENTITY", column.table, alter));
      if (!after.identity_sql.empty())
        identities.push_back(fmt::format("ALTER TABLE {} {}ADD {}", column.table, alter, after.identity_sql));
      if (!after.keeps_default && !column.default_sql.empty()) list.push_back(alter + "DROP DEFAULT");
      list.push_back(alter + "TYPE " + after.type + " USING " + after.value);
      if (!after.default_sql.empty()) list.push_back(alter + "SET DEFAULT " + after.default_sql);
      names[column.table].push_back(column.name);
    }
  for (const auto& [table, list] : actions) {
    try {
      session.execute(fmt::format("ALTER TABLE {} {}", table, base::join(list, ", ")));
      session.flush();
    } catch (const postgres::SqlError& error) {
      const std::string& state = error.diagnostics().sqlstate;
      if (in_the_way.empty() || (state != "42883" && state != "42804" && state != "22P02" && state != "42P17")) throw;
      throw base::Error(base::code::key_not_retypable,
                        fmt::format("what is computed of the key of {} does not fit the new type", table))
          .because(error.diagnostics().message + "; the key is used by " + base::join(in_the_way, "; "))
          .advise("drop what computes with the old type before, and make what fits the new one after");
    }
    session.execute(fmt::format("ANALYZE {} ({})", table, column_list("", names[table])));
  }
  for (const std::string& each : identities) session.execute(each);
}

void put_back(Session& session, const KeyGraph& graph, const SetAside& aside) {
  for (const KeyConstraint& each : graph.constraints) {
    session.execute(
        fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", each.table, quote_identifier(each.name), each.definition));
    if (each.comment)
      session.execute(fmt::format("COMMENT ON CONSTRAINT {} ON {} IS {}", quote_identifier(each.name), each.table,
                                  quote_literal(*each.comment)));
  }
  for (const std::string& each : aside.create) session.execute(each);
  session.flush();
}

std::vector<std::string> computed_on(Session& session, const KeyGraph& graph) {
  std::vector<std::string> found;
  for (const KeyDomain& domain : graph.domains)
    for (const KeyColumn& column : domain.columns) {
      const postgres::Result rows = session.query(
          "SELECT format('check %I %s', k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN pg_attribute "
          "a "
          "ON a.attrelid = k.conrelid AND a.attname = $2::name WHERE k.conrelid = $1::oid AND k.contype IN ('c', 'x') "
          "AND "
          "a.attnum = ANY (k.conkey) UNION SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_depend d ON "
          "d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid JOIN pg_attribute a "
          "ON "
          "a.attrelid = i.indrelid AND a.attnum = d.refobjsubid AND a.attname = $2::name WHERE i.indrelid = $1::oid "
          "AND "
          "(i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)",
          {{column.table_oid}, {column.name}});
      for (std::size_t i = 0; i < rows.rows(); ++i) found.push_back(rows.text(i, 0));
    }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace operations
