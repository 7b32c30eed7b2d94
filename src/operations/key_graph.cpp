// Pairs of columns from pg_constraint, joined where they meet.
#include "operations/key_graph.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "operations/sql.hpp"

namespace operations {

namespace {

/// The table that a column is inherited from, as far up as it goes.
#define WAXWING_ORIGIN(table, column)                                                                                 \
  "(WITH RECURSIVE up(rel) AS (SELECT " table                                                                         \
  " UNION SELECT i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.rel JOIN pg_attribute a ON a.attrelid = "  \
  "i.inhparent AND a.attname = " column                                                                               \
  " AND NOT a.attisdropped) SELECT up.rel FROM up JOIN pg_attribute a ON a.attrelid = up.rel AND a.attname = " column \
  " WHERE a.attinhcount = 0 OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = up.rel) LIMIT 1)"

constexpr const char* links_sql =
    "SELECT k.oid::text, " WAXWING_ORIGIN("k.conrelid", "f.attname") "::text, f.attname::text, " WAXWING_ORIGIN(
        "k.confrelid", "t.attname") "::text, t.attname::text FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, "
                                    "k.confkey) p(own, other) JOIN pg_attribute f ON f.attrelid = k.conrelid AND "
                                    "f.attnum = p.own JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = "
                                    "p.other WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY k.oid, p.own";

constexpr const char* constraints_sql =
    "SELECT k.oid::text, k.conname::text, k.conrelid::regclass::text, pg_get_constraintdef(k.oid), k.convalidated, "
    "cardinality(k.conkey) > 1 AND k.confmatchtype = 's', k.confrelid::regclass::text, obj_description(k.oid, "
    "'pg_constraint'), f.attname::text, t.attname::text FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, "
    "k.confkey) WITH ORDINALITY p(own, other, place) JOIN pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = "
    "p.own JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = p.other WHERE k.oid = ANY ($1::oid[]) ORDER "
    "BY k.conrelid::regclass::text COLLATE \"C\", k.conname, p.place";

/// Rows and bytes are those of the table with all that inherits from it.
constexpr const char* columns_sql =
    "SELECT c.oid::text, c.oid::regclass::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    "pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, n.nspname::text, c.relname::text, EXISTS (SELECT FROM "
    "pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] "
    "= a.attnum) AND NOT (c.relkind = 'r' AND c.relhassubclass), s.rows::bigint, s.bytes::bigint FROM "
    "unnest($1::oid[], $2::text[]) WITH ORDINALITY u(rel, name, place) JOIN pg_class c ON c.oid = u.rel JOIN "
    "pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = u.name::name "
    "AND NOT a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum CROSS JOIN LATERAL "
    "(WITH RECURSIVE down(rel) AS (SELECT c.oid UNION SELECT i.inhrelid FROM down JOIN pg_inherits i ON i.inhparent = "
    "down.rel) SELECT sum(greatest(p.reltuples, 0)) AS rows, sum(pg_total_relation_size(down.rel)) AS bytes FROM down "
    "JOIN pg_class p ON p.oid = down.rel) s ORDER BY u.place";

using Node = std::pair<std::string, std::string>;

struct Edge {
  std::string oid;
  Node from, to;
};

std::vector<Edge> read_edges(postgres::Session& session) {
  const postgres::Result rows = session.query(links_sql);
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    edges.push_back({rows.text(i, 0), {rows.text(i, 1), rows.text(i, 2)}, {rows.text(i, 3), rows.text(i, 4)}});
  return edges;
}

void read_columns(postgres::Session& session, const std::vector<Node>& nodes, KeyDomain& domain) {
  std::vector<std::string> tables, names;
  for (const Node& each : nodes) {
    tables.push_back(each.first);
    names.push_back(each.second);
  }
  const postgres::Result rows = session.query(columns_sql, {{array_text(tables)}, {array_text(names)}});
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    KeyColumn column;
    column.table_oid = rows.text(i, 0);
    column.table = rows.text(i, 1);
    column.name = rows.text(i, 2);
    column.type = rows.text(i, 3);
    column.not_null = rows.boolean(i, 4);
    column.default_sql = rows.text(i, 5);
    column.identity = rows.text(i, 6);
    column.schema_name = rows.text(i, 7);
    column.table_name = rows.text(i, 8);
    column.is_unique = rows.boolean(i, 9);
    column.rows = rows.integer(i, 10);
    column.bytes = rows.integer(i, 11);
    domain.columns.push_back(std::move(column));
  }
}

void read_constraints_of(postgres::Session& session, const std::set<std::string>& oids, KeyGraph& graph) {
  const postgres::Result rows =
      session.query(constraints_sql, {{"{" + base::join({oids.begin(), oids.end()}, ",") + "}"}});
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    if (graph.constraints.empty() || graph.constraints.back().oid != rows.text(i, 0)) {
      KeyConstraint constraint;
      constraint.oid = rows.text(i, 0);
      constraint.name = rows.text(i, 1);
      constraint.table = rows.text(i, 2);
      constraint.definition = rows.text(i, 3);
      constraint.is_validated = rows.boolean(i, 4);
      constraint.is_composite = rows.boolean(i, 5);
      constraint.referenced = rows.text(i, 6);
      constraint.comment = rows.optional_text(i, 7);
      graph.constraints.push_back(std::move(constraint));
    }
    graph.constraints.back().columns.push_back(rows.text(i, 8));
    graph.constraints.back().referenced_columns.push_back(rows.text(i, 9));
  }
}

}  // namespace

std::string KeyColumn::shown() const { return table + "." + postgres::format_identifier(name); }

std::vector<std::size_t> KeyDomain::sources() const {
  std::vector<std::size_t> found, referenced;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool leads_on = std::any_of(links.begin(), links.end(), [i](const KeyLink& each) { return each.from == i; });
    const bool is_target = std::any_of(links.begin(), links.end(), [i](const KeyLink& each) { return each.to == i; });
    if (!leads_on) found.push_back(i);
    if (is_target) referenced.push_back(i);
  }
  // In a circle each leads on.
  return found.empty() ? referenced : found;
}

std::vector<std::string> KeyGraph::tables() const {
  std::set<std::string> names;
  for (const KeyDomain& domain : domains)
    for (const KeyColumn& column : domain.columns) names.insert(column.table);
  return {names.begin(), names.end()};
}

KeyGraph read_key_graph(postgres::Session& session, const std::vector<KeyStart>& starts,
                        const std::vector<UndeclaredReference>& undeclared) {
  std::vector<Edge> edges = read_edges(session);
  for (const UndeclaredReference& each : undeclared)
    edges.push_back({"", {each.table_oid, each.column}, {each.to.table_oid, each.to.column}});
  std::map<Node, std::vector<const Edge*>> by_node;
  for (const Edge& each : edges) {
    by_node[each.from].push_back(&each);
    by_node[each.to].push_back(&each);
  }
  KeyGraph graph;
  std::set<Node> seen;
  std::set<std::string> constraints;
  for (const KeyStart& start : starts) {
    const Node first{start.table_oid, start.column};
    if (!seen.insert(first).second) continue;
    KeyDomain domain;
    std::vector<Node> nodes;
    std::set<const Edge*> used;
    std::deque<Node> open = {first};
    while (!open.empty()) {
      const Node node = open.front();
      open.pop_front();
      nodes.push_back(node);
      for (const Edge* edge : by_node[node]) {
        used.insert(edge);
        for (const Node* next : {&edge->from, &edge->to})
          if (seen.insert(*next).second) open.push_back(*next);
      }
    }
    const auto index = [&nodes](const Node& node) {
      return static_cast<std::size_t>(std::find(nodes.begin(), nodes.end(), node) - nodes.begin());
    };
    for (const Edge& each : edges) {
      if (!used.count(&each)) continue;
      domain.links.push_back({each.oid, index(each.from), index(each.to)});
      if (!each.oid.empty()) constraints.insert(each.oid);
    }
    read_columns(session, nodes, domain);
    // Named after what all lead to.
    const std::vector<std::size_t> sources = domain.sources();
    if (!sources.empty() && std::find(sources.begin(), sources.end(), 0) == sources.end()) domain.root = sources[0];
    graph.domains.push_back(std::move(domain));
  }
  read_constraints_of(session, constraints, graph);
  return graph;
}

}  // namespace operations
