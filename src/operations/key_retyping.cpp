// Read the graph, lock, read it again, look for orphans; then take away, map, change, put back.
#include "operations/key_retyping.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "base/error.hpp"
#include "operations/key_change.hpp"
#include "operations/key_mapping.hpp"
#include "operations/key_target.hpp"
#include "operations/online_change.hpp"
#include "operations/set_aside.hpp"
#include "operations/sql.hpp"
#include "postgres/sql_error.hpp"

namespace operations {

using base::Error;
using postgres::Session;
namespace code = base::code;

namespace {

/// Half of it would leave columns that cannot be compared any more.
void require_transaction(const Session& session, const std::string& operation) {
  if (session.transaction_status() != postgres::TransactionStatus::idle) return;
  throw Error(code::key_not_retypable, fmt::format("op.{} is one transaction, and there is none", operation))
      .advise("take transaction = \"none\" out of the migration's header, or db.autocommit from around it");
}

/// What is known of the keys once nobody can change them.
struct Locked {
  KeyGraph graph;
  SetAside aside;
  std::vector<std::string> computed;
};

Locked read_locked(Session& session, const std::string& operation, const std::vector<KeyStart>& starts,
                   const std::vector<UndeclaredReference>& undeclared) {
  Locked found;
  const auto read_graph = [&] {
    with_catalogue_path(session, [&] { found.graph = read_key_graph(session, starts, undeclared); });
  };
  read_graph();
  // A foreign key that came between reading and locking brings its table in.
  for (std::vector<std::string> locked; locked != found.graph.tables(); read_graph()) {
    locked = found.graph.tables();
    lock_tables(session, locked);
  }
  std::vector<std::string> oids;
  for (const KeyDomain& domain : found.graph.domains)
    for (const KeyColumn& column : domain.columns) oids.push_back(column.table_oid);
  refuse_under_way(session, operation, oids);
  with_catalogue_path(session, [&] {
    found.aside = aside_of(session, found.graph);
    found.computed = computed_on(session, found.graph);
  });
  refuse_fixed(operation, found.graph, found.aside);
  return found;
}

/// Every value that a column of the domain may hold, once, as `key`; with `extra` beside it where only one table is
/// asked.
std::string sources_sql(const KeyGraph& graph, const KeyDomain& domain, const std::string& type,
                        const std::string& extra) {
  std::vector<std::size_t> sources = domain.sources();
  // With a NULL beside it, a value of a composite foreign key may lead nowhere.
  for (const KeyLink& link : domain.links)
    for (const KeyConstraint& each : graph.constraints)
      if (each.oid == link.oid && each.is_composite && !domain.columns[link.from].is_unique)
        sources.push_back(link.from);
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  if (!extra.empty() || (sources.size() == 1 && domain.columns[sources[0]].is_unique)) {
    const KeyColumn& key = domain.key();
    return fmt::format("SELECT {0}{1} AS old{2} FROM {3} WHERE {0} IS NOT NULL", quote_identifier(key.name),
                       key.type == type ? "" : "::" + type, extra, key.table);
  }
  std::vector<std::string> parts;
  for (const std::size_t i : sources)
    parts.push_back(fmt::format("SELECT {0}::{1} AS old FROM {2} WHERE {0} IS NOT NULL",
                                quote_identifier(domain.columns[i].name), type, domain.columns[i].table));
  if (parts.size() == 1) parts.push_back(parts[0]);
  return base::join(parts, " UNION ");
}

void make_mapping(Session& session, const std::string& operation, const KeyGraph& graph, const KeyDomain& domain,
                  const KeyMapping& mapping, const KeyTarget& target, const std::string& to) {
  const std::string type = common_type(domain), make = new_key_sql(operation, domain.key(), target, to);
  if (target.using_expression.empty() && to == "uuid")
    session.execute(fmt::format("CREATE TABLE {} AS SELECT k.old, {} AS new FROM ({}) k", mapping.table(), make,
                                sources_sql(graph, domain, type, "")));
  else
    session.execute(fmt::format("CREATE TABLE {} AS SELECT DISTINCT k.old, k.new FROM ({}) k", mapping.table(),
                                sources_sql(graph, domain, type, ", " + make + " AS new")));
  try {
    session.execute(fmt::format("ALTER TABLE {} ALTER COLUMN new SET NOT NULL, ADD PRIMARY KEY (old), ADD UNIQUE (new)",
                                mapping.table()));
    session.flush();
  } catch (const postgres::SqlError& error) {
    throw Error(code::key_values_wrong,
                fmt::format("`using` does not make a key of each key of {}", domain.key().table))
        .because(error.diagnostics().message +
                 (error.diagnostics().detail.empty() ? "" : "; " + error.diagnostics().detail))
        .advise("using = \"an expression that is another for each row, and never NULL\"");
  }
  session.execute("ANALYZE " + mapping.table());
}

std::string default_after(Session& session, const std::string& operation, const KeyColumn& column,
                          const KeyMapping& mapping, const KeyTarget& target, const std::string& to) {
  if (makes_keys(column)) return new_default(column, target, to);
  if (column.default_sql.empty()) return {};
  const bool is_fixed = column.default_sql.find('(') == std::string::npos;
  const postgres::Result found = is_fixed
                                     ? session.query(fmt::format("SELECT {}::text FROM {} WHERE {} = {}", mapping.to,
                                                                 mapping.table(), mapping.from, column.default_sql))
                                     : postgres::Result();
  if (found.empty())
    throw Error(code::key_not_retypable,
                fmt::format("op.{}: the default of {} has no new key", operation, column.shown()))
        .because(fmt::format("its default is {}", column.default_sql))
        .advise("drop the default before, and set a new one after; nothing was changed");
  return quote_literal(found.value(0, 0)) + "::" + to;
}

/// What the way back cannot make out: values that only text and code know.
void note_all(Notes& notes, const std::string& operation, const KeyGraph& graph, const SetAside& aside) {
  for (const KeyDomain& domain : graph.domains) {
    std::vector<std::string> others;
    for (std::size_t i = 0; i < domain.columns.size(); ++i)
      if (i != domain.root) others.push_back(domain.columns[i].shown());
    notes.note(fmt::format("{} {}{}", operation, domain.key().shown(),
                           others.empty() ? "" : " with " + base::join(others, ", ")));
  }
  for (const std::string& each : aside.objects) notes.note(fmt::format("{} makes {} again", operation, each));
}

void widen_sequence(Session& session, const KeyColumn& column, const std::string& to) {
  ColumnRecord record;
  record_identity(session, column, record);
  if (!record.sequence.empty() && record.identity_sql.empty())
    session.execute(fmt::format("ALTER SEQUENCE {} AS {}", record.sequence, to));
}

void refuse_strangers(Session& session, const KeyDomain& domain, const KeyMapping& mapping) {
  for (const KeyColumn& column : domain.columns) {
    const postgres::Result rows = session.query(fmt::format(
        "SELECT pg_catalog.count(*), pg_catalog.min({0}::text) FROM {1} c WHERE {0} IS NOT NULL AND NOT EXISTS (SELECT "
        "FROM {2} m WHERE m.{3} = c.{0})",
        quote_identifier(column.name), column.table, mapping.table(), mapping.from));
    if (rows.integer(0, 0) > 0)
      throw Error(code::key_orphans,
                  fmt::format("{} of {} {} a key that {} does not have", base::count_of(rows.integer(0, 0), "row"),
                              column.table, rows.integer(0, 0) == 1 ? "holds" : "hold", domain.key().table))
          .because(fmt::format("{} is {}", column.shown(), rows.text(0, 1)));
  }
}

}  // namespace

void retype_keys(Session& session, Notes& notes, const std::string& operation, const std::vector<KeyStart>& starts,
                 const KeyTarget& target) {
  require_transaction(session, operation);
  if (starts.empty()) return notes.note(operation + " found no key to change");
  const std::string to = canonical_type(session, target.to);
  const Locked locked = read_locked(session, operation, starts, undeclared_in(session, operation, starts, target));
  refuse_orphans(session, locked.graph);
  std::vector<MappingRecord> records;
  for (const KeyDomain& domain : locked.graph.domains) records.push_back(record_of(session, domain));
  note_all(notes, operation, locked.graph, locked.aside);
  take_away(session, locked.graph, locked.aside);
  std::vector<KeyDomainChange> changes;
  std::vector<KeyValues> values;
  std::vector<KeyMapping> mappings;
  for (std::size_t i = 0; i < locked.graph.domains.size(); ++i) {
    const KeyDomain& domain = locked.graph.domains[i];
    KeyDomainChange change{&domain, {}};
    if (is_integer(to) && is_integer(domain.key().type) && target.using_expression.empty()) {
      for (const KeyColumn& column : domain.columns) {
        widen_sequence(session, column, to);
        KeyColumnChange each;
        each.type = to;
        each.value = quote_identifier(column.name) + "::" + to;
        each.keeps_default = true;
        change.columns.push_back(std::move(each));
      }
      changes.push_back(std::move(change));
      continue;
    }
    if (!target.keep_mapping && domain.columns.size() == 1 && to == "uuid" && target.using_expression.empty() &&
        domain.key().is_unique) {
      KeyColumnChange each;
      each.type = to;
      each.value = "pg_catalog.gen_random_uuid()";  // nobody refers to it, nobody asks for it
      each.default_sql = new_default(domain.key(), target, to);
      change.columns.push_back(std::move(each));
      changes.push_back(std::move(change));
      continue;
    }
    mappings.push_back(mapping_of(domain, target.mapping_schema));
    const KeyMapping& mapping = mappings.back();
    make_mapping(session, operation, locked.graph, domain, mapping, target, to);
    session.execute(fmt::format("COMMENT ON TABLE {} IS {}", mapping.table(), quote_literal(records[i].to_comment())));
    values.emplace_back(session, mapping, values.size() + 1);
    if (!values.back().finds_strangers()) refuse_strangers(session, domain, mapping);
    for (const KeyColumn& column : domain.columns) {
      KeyColumnChange each;
      each.type = to;
      each.value = values.back().of(quote_identifier(column.name));
      each.default_sql = default_after(session, operation, column, mapping, target, to);
      change.columns.push_back(std::move(each));
    }
    changes.push_back(std::move(change));
  }
  change_columns(session, changes, locked.computed);
  for (const KeyValues& each : values) each.drop(session);
  put_back(session, locked.graph, locked.aside);
  for (const KeyMapping& each : mappings) {
    if (target.keep_mapping)
      notes.note(fmt::format("{} keeps old and new keys in {}", operation, shown(each.schema, each.name)));
    else
      session.execute("DROP TABLE " + each.table());
  }
}

void restore_keys(Session& session, Notes& notes, const std::string& operation, const std::vector<KeyStart>& starts,
                  const std::string& mapping_schema) {
  require_transaction(session, operation);
  if (starts.empty()) return notes.note(operation + " found no mapping of keys");
  std::vector<UndeclaredReference> undeclared;
  KeyGraph first;
  with_catalogue_path(session, [&] { first = read_key_graph(session, starts, {}); });
  std::vector<KeyMapping> mappings;
  std::vector<MappingRecord> records;
  for (const KeyDomain& domain : first.domains) {
    const KeyMapping mapping{mapping_of(domain, mapping_schema).schema, mapping_of(domain, mapping_schema).name, "new",
                             "old"};
    const std::string comment =
        session
            .query("SELECT pg_catalog.obj_description(pg_catalog.to_regclass($1)::pg_catalog.oid, 'pg_class')",
                   {{mapping.table(), postgres::oid::text}})
            .text(0, 0);
    if (!comment.starts_with(mapping_comment_start))
      throw Error(code::no_key_mapping,
                  fmt::format("op.{}: {} has no mapping to its old keys", operation, domain.key().table))
          .because(fmt::format("{} is not there, or is another table", mapping.table()))
          .advise(
              "mapping_schema = where op.retype_primary_key put it; keys that only became wider go back with "
              "op.retype_primary_key { to = \"integer\" }");
    mappings.push_back(mapping);
    records.push_back(MappingRecord::from_comment(comment));
    for (const ReferenceRecord& each : records.back().references) {
      const postgres::Result found = session.query(
          "SELECT pg_catalog.to_regclass($1)::pg_catalog.oid::text, pg_catalog.to_regclass($2)::pg_catalog.oid::text",
          {{each.table, postgres::oid::text}, {each.to_table, postgres::oid::text}});
      if (!found.is_null(0, 0) && !found.is_null(0, 1))
        undeclared.push_back({found.text(0, 0), each.column, {found.text(0, 1), each.to_column}});
    }
  }
  const Locked locked = read_locked(session, operation, starts, undeclared);
  refuse_orphans(session, locked.graph);
  note_all(notes, operation, locked.graph, locked.aside);
  take_away(session, locked.graph, locked.aside);
  std::vector<KeyDomainChange> changes;
  std::vector<KeyValues> values;
  std::vector<std::string> after;
  for (std::size_t i = 0; i < locked.graph.domains.size(); ++i) {
    const KeyDomain& domain = locked.graph.domains[i];
    const KeyMapping& mapping = mappings[i];
    const ColumnRecord* numbered = nullptr;
    for (const KeyColumn& column : domain.columns)
      if (const ColumnRecord* was = records[i].find(column.table, column.name);
          was && !was->sequence.empty() && !numbered)
        numbered = was;
    const ColumnRecord* key = records[i].find(domain.key().table, domain.key().name);
    const std::string type = key ? key->type : "bigint";
    // Rows that came since get the numbers that the sequence would have given them.
    const std::string highest = fmt::format("(SELECT coalesce(pg_catalog.max(old), 0) FROM {})", mapping.table());
    std::string start = highest;
    if (numbered && is_integer(type)) {
      const bool has_sequence = numbered->identity_sql.empty();
      start = fmt::format(
          "greatest({}, {})", highest,
          has_sequence ? fmt::format("(SELECT CASE WHEN is_called THEN last_value ELSE last_value - {} END FROM {})",
                                     numbered->increment, numbered->sequence)
                       : std::to_string(numbered->last_value));
    }
    const std::string unknown =
        fmt::format("SELECT k.old FROM ({}) k WHERE NOT EXISTS (SELECT FROM {} m WHERE m.new = k.old)",
                    sources_sql(locked.graph, domain, domain.key().type, ""), mapping.table());
    if (is_integer(type)) {
      session.execute(
          fmt::format("INSERT INTO {} (old, new) SELECT {} + {} * pg_catalog.row_number() OVER (), n.old FROM ({}) n",
                      mapping.table(), start, numbered ? numbered->increment : 1, unknown));
    } else if (!session.query(unknown + " LIMIT 1").empty()) {
      throw Error(code::no_key_mapping, fmt::format("op.{}: rows of {} came since, and a {} cannot be counted on",
                                                    operation, domain.key().table, type))
          .advise(fmt::format("put their old and new keys into {}", mapping.table()));
    }
    session.execute("ANALYZE " + mapping.table());
    values.emplace_back(session, mapping, values.size() + 1);
    if (!values.back().finds_strangers()) refuse_strangers(session, domain, mapping);
    KeyDomainChange change{&domain, {}};
    for (const KeyColumn& column : domain.columns) {
      const ColumnRecord* was = records[i].find(column.table, column.name);
      KeyColumnChange each;
      each.type = was ? was->type : type;
      each.value = fmt::format("({})::{}", values.back().of(quote_identifier(column.name)), each.type);
      if (was) {
        each.default_sql = was->default_sql;
        each.identity_sql = was->identity_sql;
        after.insert(after.end(), was->after.begin(), was->after.end());
        if (!was->sequence.empty() && is_integer(type))
          after.push_back(fmt::format(
              "SELECT pg_catalog.setval({0}, greatest((SELECT pg_catalog.max({1}) FROM {2}), {3}), true) WHERE "
              "greatest("
              "(SELECT pg_catalog.max({1}) FROM {2}), {3}) >= (SELECT seqmin FROM pg_catalog.pg_sequence WHERE "
              "seqrelid = "
              "{0}::pg_catalog.regclass::pg_catalog.oid)",
              quote_literal(was->sequence), quote_identifier(column.name), column.table,
              was->identity_sql.empty()
                  ? fmt::format("(SELECT CASE WHEN is_called THEN last_value ELSE last_value - {} END FROM {})",
                                was->increment, was->sequence)
                  : std::to_string(was->last_value)));
      }
      change.columns.push_back(std::move(each));
    }
    changes.push_back(std::move(change));
  }
  change_columns(session, changes, locked.computed);
  for (const KeyValues& each : values) each.drop(session);
  for (const std::string& each : after) session.execute(each);
  put_back(session, locked.graph, locked.aside);
  for (const KeyMapping& each : mappings) session.execute("DROP TABLE " + each.table());
}

}  // namespace operations
