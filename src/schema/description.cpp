// One query per section, in the order in which psql prints them (src/bin/psql/describe.c of PostgreSQL 15).
#include "schema/description.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/sql_error.hpp"

namespace schema {

using postgres::Result;
using postgres::Session;

namespace {

/// A section and the query for it: $1 is the relation; its rows are (name, text).
struct SectionQuery {
  const char* key;
  const char* title;
  const char* sql;
};

/// What psql writes behind the name of an index.
#define INDEX_FLAGS                                                                                       \
  "CASE WHEN i.indisprimary THEN ' PRIMARY KEY,' WHEN i.indisunique THEN CASE WHEN o.contype = 'u' THEN " \
  "' UNIQUE CONSTRAINT,' ELSE ' UNIQUE,' END END"

const std::vector<SectionQuery>& sections() {
  static const std::vector<SectionQuery> all = {
      {"indexes", "Indexes",
       "SELECT c.relname::text, pg_catalog.concat('\"', c.relname, '\"', CASE WHEN o.contype = 'x' THEN ' ' || "
       "pg_catalog.pg_get_constraintdef(o.oid, true) ELSE pg_catalog.concat(" INDEX_FLAGS
       ", ' ', pg_catalog.substr(d.text, pg_catalog.strpos(d.text, ' USING ') + 7), CASE WHEN o.condeferrable THEN ' "
       "DEFERRABLE' END, CASE WHEN o.condeferred THEN ' INITIALLY DEFERRED' END) END, CASE WHEN i.indisclustered THEN "
       "' CLUSTER' END, CASE WHEN NOT i.indisvalid THEN ' INVALID' END, CASE WHEN i.indisreplident THEN ' REPLICA "
       "IDENTITY' END) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid LEFT JOIN "
       "pg_catalog.pg_constraint o ON o.conrelid = i.indrelid AND o.conindid = i.indexrelid AND o.contype IN ('p', "
       "'u', "
       "'x') CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_indexdef(i.indexrelid, 0, true)) d(text) WHERE i.indrelid = "
       "$1::oid ORDER BY i.indisprimary DESC, c.relname"},
      {"checks", "Check constraints",
       "SELECT conname::text, pg_catalog.concat('\"', conname, '\" ', pg_catalog.pg_get_constraintdef(oid, true)) FROM "
       "pg_catalog.pg_constraint WHERE conrelid = $1::oid AND contype = 'c' ORDER BY 1"},
      {"foreign_keys", "Foreign-key constraints",
       "SELECT conname::text, pg_catalog.concat(CASE WHEN conrelid <> $1::oid THEN 'TABLE \"' || "
       "conrelid::pg_catalog.regclass::text || '\" CONSTRAINT ' END, '\"', conname, '\" ', "
       "pg_catalog.pg_get_constraintdef(oid, true)) FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid = "
       "$1::oid AND conparentid = 0::oid UNION ALL SELECT o.conname::text, pg_catalog.concat('TABLE \"', "
       "o.conrelid::pg_catalog.regclass::text, '\" CONSTRAINT \"', o.conname, '\" ', "
       "pg_catalog.pg_get_constraintdef(o.oid, true)) FROM pg_catalog.pg_constraint o JOIN "
       "pg_catalog.pg_partition_ancestors($1::oid) a ON a.relid::oid = o.conrelid WHERE o.contype = 'f' AND "
       "o.conparentid = 0::oid AND o.conrelid <> $1::oid ORDER BY 1"},
      {"referenced_by", "Referenced by",
       "SELECT conname::text, pg_catalog.concat('TABLE \"', conrelid::pg_catalog.regclass::text, '\" CONSTRAINT \"', "
       "conname, '\" ', pg_catalog.pg_get_constraintdef(oid, true)) FROM pg_catalog.pg_constraint WHERE confrelid IN "
       "(SELECT relid::oid FROM pg_catalog.pg_partition_ancestors($1::oid) UNION ALL SELECT $1::oid) AND contype = 'f' "
       "AND conparentid = 0::oid ORDER BY conname"},
      {"policies", "Policies",
       "SELECT p.polname::text, pg_catalog.concat('POLICY \"', p.polname, '\"', CASE WHEN NOT p.polpermissive THEN ' "
       "AS "
       "RESTRICTIVE' END, CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR "
       "UPDATE' WHEN 'd' THEN ' FOR DELETE' END, CASE WHEN p.polroles <> '{0}'::oid[] THEN E'\\n      TO ' || "
       "pg_catalog.array_to_string(ARRAY(SELECT r.rolname FROM pg_catalog.pg_roles r WHERE r.oid = ANY (p.polroles) "
       "ORDER BY 1), ',') END, E'\\n      USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')', E'\\n      "
       "WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')') FROM pg_catalog.pg_policy p WHERE "
       "p.polrelid = $1::oid ORDER BY 1"},
      {"rules", "Rules",
       "SELECT r.rulename::text, pg_catalog.substr(d.text, pg_catalog.strpos(d.text, 'CREATE RULE ') + 12) FROM "
       "pg_catalog.pg_rewrite r CROSS JOIN LATERAL (SELECT pg_catalog.rtrim(pg_catalog.pg_get_ruledef(r.oid, true), "
       "';')) "
       "d(text) WHERE r.ev_class = $1::oid AND r.rulename <> '_RETURN'::name ORDER BY 1"},
      {"triggers", "Triggers",
       "SELECT t.tgname::text, pg_catalog.substr(d.text, pg_catalog.strpos(d.text, ' TRIGGER ') + 9) FROM "
       "pg_catalog.pg_trigger t CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_triggerdef(t.oid, true)) d(text) WHERE "
       "t.tgrelid = $1::oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A', 'R') ORDER BY 1"},
      {"disabled_triggers", "Disabled user triggers",
       "SELECT t.tgname::text, pg_catalog.substr(d.text, pg_catalog.strpos(d.text, ' TRIGGER ') + 9) FROM "
       "pg_catalog.pg_trigger t CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_triggerdef(t.oid, true)) d(text) WHERE "
       "t.tgrelid = $1::oid AND NOT t.tgisinternal AND t.tgenabled = 'D' ORDER BY 1"},
      {"publications", "Publications",
       "SELECT p.pubname::text, pg_catalog.concat('\"', p.pubname, '\"') FROM pg_catalog.pg_publication p WHERE "
       "p.puballtables OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = "
       "$1::oid) ORDER BY 1"},
  };
  return all;
}

std::vector<DescribedItem> items_of(const Result& rows) {
  std::vector<DescribedItem> items;
  for (std::size_t i = 0; i < rows.rows(); ++i) items.push_back({rows.text(i, 0), rows.text(i, 1)});
  return items;
}

std::string kind_of(char relkind, bool unlogged) {
  switch (relkind) {
    case 'r': return unlogged ? "Unlogged table" : "Table";
    case 'p': return unlogged ? "Unlogged partitioned table" : "Partitioned table";
    case 'v': return "View";
    case 'm': return unlogged ? "Unlogged materialized view" : "Materialized view";
    case 'f': return "Foreign table";
    case 'S': return unlogged ? "Unlogged sequence" : "Sequence";
    case 'i': return unlogged ? "Unlogged index" : "Index";
    case 'I': return unlogged ? "Unlogged partitioned index" : "Partitioned index";
    case 'c': return "Composite type";
    default: return "Relation";
  }
}

void read_columns(Session& session, const Relation& relation, Description& out) {
  const Result rows = session.query(
      "SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), COALESCE((SELECT c.collname::text FROM "
      "pg_catalog.pg_collation c JOIN pg_catalog.pg_type t ON t.oid = a.atttypid WHERE c.oid = a.attcollation AND "
      "a.attcollation <> t.typcollation), ''), a.attnotnull, CASE WHEN a.attidentity = 'a' THEN 'generated always as "
      "identity' WHEN a.attidentity = 'd' THEN 'generated by default as identity' WHEN a.attgenerated = 's' THEN "
      "pg_catalog.concat('generated always as (', pg_catalog.pg_get_expr(d.adbin, d.adrelid, true), ') stored') ELSE "
      "COALESCE(pg_catalog.pg_get_expr(d.adbin, d.adrelid, true), '') END FROM pg_catalog.pg_attribute a LEFT JOIN "
      "pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef WHERE a.attrelid = "
      "$1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
      {{relation.oid}});
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.columns.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 4), rows.boolean(i, 3)});
}

void read_sequence(Session& session, const Relation& relation, Description& out) {
  const Result rows = session.query(
      "SELECT pg_catalog.format_type(seqtypid, NULL), seqstart::text, seqmin::text, seqmax::text, seqincrement::text, "
      "CASE WHEN seqcycle THEN 'yes' ELSE 'no' END, seqcache::text FROM pg_catalog.pg_sequence WHERE seqrelid = "
      "$1::oid",
      {{relation.oid}});
  out.headings = {"Type", "Start", "Minimum", "Maximum", "Increment", "Cycles?", "Cache"};
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    std::vector<std::string>& row = out.rows.emplace_back();
    for (std::size_t k = 0; k < out.headings.size(); ++k) row.push_back(rows.text(i, k));
  }
  const Result owner = session.query(
      "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname), "
      "d.deptype::text FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.refobjid JOIN "
      "pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid "
      "AND "
      "a.attnum = d.refobjsubid WHERE d.objid = $1::oid AND d.classid = "
      "'pg_catalog.pg_class'::pg_catalog.regclass::oid "
      "AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid AND d.deptype IN ('a', 'i')",
      {{relation.oid}});
  if (!owner.empty())
    out.facts.push_back(
        {"owned_by", (owner.text(0, 1) == "i" ? "Sequence for identity column: " : "Owned by: ") + owner.text(0, 0)});
}

void read_index(Session& session, const Relation& relation, Description& out) {
  const Result rows = session.query(
      "SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnum <= i.indnkeyatts "
      "THEN "
      "'yes' ELSE 'no' END, pg_catalog.pg_get_indexdef(a.attrelid, a.attnum::int, true) FROM pg_catalog.pg_attribute a "
      "JOIN pg_catalog.pg_index i ON i.indexrelid = a.attrelid WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT "
      "a.attisdropped ORDER BY a.attnum",
      {{relation.oid}});
  out.headings = {"Column", "Type", "Key?", "Definition"};
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.rows.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3)});
  const Result fact = session.query(
      "SELECT pg_catalog.concat(CASE WHEN i.indisprimary THEN 'primary key, ' WHEN i.indisunique THEN CASE WHEN "
      "(pg_catalog.to_jsonb(i)->>'indnullsnotdistinct')::boolean THEN 'unique nulls not distinct, ' ELSE 'unique, ' "
      "END END, m.amname, ', for table \"', "
      "n.nspname, '.', t.relname, '\"', CASE WHEN i.indpred IS NOT NULL THEN pg_catalog.concat(', predicate (', "
      "pg_catalog.pg_get_expr(i.indpred, i.indrelid, true), ')') END, CASE WHEN i.indisclustered THEN ', clustered' "
      "END, "
      "CASE WHEN NOT i.indisvalid THEN ', invalid' END, CASE WHEN o.condeferrable THEN ', deferrable' END, CASE WHEN "
      "o.condeferred THEN ', initially deferred' END, CASE WHEN i.indisreplident THEN ', replica identity' END) FROM "
      "pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_class t ON t.oid = "
      "i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace JOIN pg_catalog.pg_am m ON m.oid = c.relam "
      "LEFT JOIN pg_catalog.pg_constraint o ON o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x') WHERE "
      "i.indexrelid = $1::oid",
      {{relation.oid}});
  if (!fact.empty()) out.facts.push_back({"index", fact.text(0, 0)});
}

/// "Partition of: measurements FOR VALUES FROM ...", "Partition key: RANGE (day)".
void read_partitioning(Session& session, const Relation& relation, Description& out) {
  const Result rows = session.query(
      "SELECT CASE WHEN c.relispartition THEN pg_catalog.concat(h.inhparent::pg_catalog.regclass::text, ' ', "
      "pg_catalog.pg_get_expr(c.relpartbound, c.oid), CASE WHEN (pg_catalog.to_jsonb(h)->>'inhdetachpending')::boolean "
      "THEN ' DETACH PENDING' END) END, "
      "CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END FROM pg_catalog.pg_class c LEFT JOIN "
      "pg_catalog.pg_inherits h ON h.inhrelid = c.oid WHERE c.oid = $1::oid",
      {{relation.oid}});
  if (rows.empty()) return;
  if (!rows.is_null(0, 0)) out.facts.push_back({"partition_of", "Partition of: " + rows.text(0, 0)});
  if (!rows.is_null(0, 1)) out.facts.push_back({"partition_key", "Partition key: " + rows.text(0, 1)});
}

/// What \d says below the sections.
void read_children(Session& session, const Relation& relation, Description& out) {
  const Result parents = session.query(
      "SELECT h.inhparent::pg_catalog.regclass::text, h.inhparent::pg_catalog.regclass::text FROM "
      "pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid WHERE h.inhrelid = $1::oid AND NOT "
      "c.relispartition ORDER BY h.inhseqno",
      {{relation.oid}});
  if (!parents.empty()) out.sections.push_back({"inherits", "Inherits", items_of(parents)});
  const Result children = session.query(
      "SELECT h.inhrelid::pg_catalog.regclass::text, pg_catalog.concat(h.inhrelid::pg_catalog.regclass::text, ' ' || "
      "pg_catalog.pg_get_expr(c.relpartbound, c.oid)) FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON "
      "c.oid "
      "= h.inhrelid WHERE h.inhparent = $1::oid AND c.relkind NOT IN ('i', 'I') ORDER BY 1",
      {{relation.oid}});
  if (relation.kind == 'p')
    out.sections.push_back({"partitions", "Partitions", items_of(children)});
  else if (!children.empty())
    out.sections.push_back({"child_tables", "Child tables", items_of(children)});
}

/// The title of the policies tells whether they are in force.
const char* policies_title(Session& session, const Relation& relation, bool any) {
  const Result rows = session.query(
      "SELECT relrowsecurity, relforcerowsecurity FROM pg_catalog.pg_class WHERE oid = $1::oid", {{relation.oid}});
  const bool enabled = rows.boolean(0, 0), forced = rows.boolean(0, 1);
  if (enabled && any) return forced ? "Policies (forced row security enabled)" : "Policies";
  if (enabled)
    return forced ? "Policies (forced row security enabled): (none)" : "Policies (row security enabled): (none)";
  return any ? "Policies (row security disabled)" : nullptr;
}

void read_sections(Session& session, const Relation& relation, Description& out) {
  for (const SectionQuery& each : sections()) {
    std::vector<DescribedItem> items = items_of(session.query(each.sql, {{relation.oid}}));
    const char* title = each.title;
    if (std::string_view(each.key) == "policies") {
      title = policies_title(session, relation, !items.empty());
      if (!title) continue;
    } else if (items.empty()) {
      continue;
    }
    out.sections.push_back({each.key, title, std::move(items)});
  }
}

Description describe_relation(Session& session, const Relation& relation) {
  Description out;
  const Result persistence =
      session.query("SELECT relpersistence = 'u' FROM pg_catalog.pg_class WHERE oid = $1::oid", {{relation.oid}});
  out.kind = kind_of(relation.kind, persistence.boolean(0, 0));
  out.schema = relation.schema;
  out.name = relation.name;
  switch (relation.kind) {
    case 'S': read_sequence(session, relation, out); return out;
    case 'i':
    case 'I': read_index(session, relation, out); return out;
    default: read_columns(session, relation, out);
  }
  if (relation.kind == 'c') return out;
  read_partitioning(session, relation, out);
  read_sections(session, relation, out);
  read_children(session, relation, out);
  return out;
}

/// An enum, domain or range; nothing when there is no such type.
std::optional<Description> describe_type(Session& session, const std::string& name) {
  Result rows;
  try {
    rows = session.query(
        "SELECT t.oid::text, n.nspname::text, t.typname::text, t.typtype::text, pg_catalog.format_type(t.typbasetype, "
        "t.typtypmod), t.typnotnull, COALESCE(t.typdefault, '') FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace "
        "n "
        "ON n.oid = t.typnamespace WHERE t.oid = pg_catalog.to_regtype($1::text)::oid",
        {{name}});
  } catch (const postgres::SqlError&) {
    return std::nullopt;
  }
  if (rows.empty()) return std::nullopt;
  const std::string oid = rows.text(0, 0), type = rows.text(0, 3);
  Description out;
  out.schema = rows.text(0, 1);
  out.name = rows.text(0, 2);
  if (type == "e") {
    out.kind = "Enum type";
    out.sections.push_back(
        {"values", "Values",
         items_of(session.query("SELECT enumlabel::text, enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = "
                                "$1::oid ORDER BY enumsortorder",
                                {{oid}}))});
  } else if (type == "d") {
    out.kind = "Domain";
    out.headings = {"Type", "Nullable", "Default"};
    out.rows = {{rows.text(0, 4), rows.boolean(0, 5) ? "not null" : "", rows.text(0, 6)}};
    auto checks =
        items_of(session.query("SELECT conname::text, pg_catalog.concat('\"', conname, '\" ', "
                               "pg_catalog.pg_get_constraintdef(oid, true)) FROM "
                               "pg_catalog.pg_constraint WHERE contypid = $1::oid AND contype = 'c' ORDER BY 1",
                               {{oid}}));
    if (!checks.empty()) out.sections.push_back({"checks", "Check constraints", std::move(checks)});
  } else {
    out.kind = "Type";
  }
  return out;
}

}  // namespace

Description describe(Session& session, const std::string& name) {
  try {
    return describe_relation(session, find_relation(session, name));
  } catch (const base::Error& error) {
    if (error.code() != base::code::unknown_relation) throw;
    if (auto type = describe_type(session, name)) return *type;
    throw;
  }
}

}  // namespace schema
