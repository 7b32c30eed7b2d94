// Finds the key in the catalogue, and writes the comparisons.
#include "operations/row_key.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "operations/sql.hpp"

namespace operations {

using base::Error;
namespace code = base::code;

namespace {

/// One row for each column of each unique index of the table that batches can follow: whole, valid, of plain columns,
/// with the operators that the type's own order has, in one direction.
constexpr const char* keys_sql =
    "SELECT i.indexrelid::pg_catalog.regclass::text, i.indisprimary, a.attname, a.attnotnull, "
    "pg_catalog.format_type(a.atttypid, a.atttypmod), "
    "CASE WHEN coll.oid IS NOT NULL AND coll.oid <> a.attcollation THEN pg_catalog.format(' COLLATE %I.%I', "
    "cn.nspname, coll.collname) END, "
    "(SELECT pg_catalog.string_agg(pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname), E'\\n' ORDER BY "
    "m.amopstrategy) FROM pg_catalog.pg_amop m JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr JOIN "
    "pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE m.amopfamily = c.opcfamily AND m.amoplefttype = "
    "c.opcintype AND m.amoprighttype = c.opcintype AND m.amopstrategy BETWEEN 1 AND 5) "
    "FROM pg_catalog.pg_index i "
    "JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid "
    "JOIN pg_catalog.pg_am am ON am.oid = x.relam AND am.amname::text = 'btree' "
    "CROSS JOIN LATERAL pg_catalog.generate_series(0, i.indnkeyatts - 1) AS at "
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[at] "
    "JOIN pg_catalog.pg_opclass c ON c.oid = i.indclass[at] "
    "LEFT JOIN pg_catalog.pg_collation coll ON coll.oid = i.indcollation[at] "
    "LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = coll.collnamespace "
    "WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL "
    "AND NOT EXISTS (SELECT FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) AS e JOIN pg_catalog.pg_opclass d ON "
    "d.oid = i.indclass[e] WHERE NOT d.opcdefault OR i.indoption[e] <> i.indoption[0]) "
    "ORDER BY i.indisprimary DESC, 1, at";

struct Index {
  std::string name;
  bool is_primary = false;
  std::vector<RowKeyColumn> columns;
  std::vector<std::string> operators;
  std::vector<std::string> nullable;
};

std::vector<Index> unique_indexes(postgres::Session& session, const std::string& oid) {
  const postgres::Result found = session.query(keys_sql, {{oid}});
  std::vector<Index> all;
  for (std::size_t i = 0; i < found.rows(); ++i) {
    if (all.empty() || all.back().name != found.value(i, 0))
      all.push_back({found.text(i, 0), found.boolean(i, 1), {}, {}, {}});
    Index& index = all.back();
    index.columns.push_back({found.text(i, 2), found.text(i, 4), found.text(i, 5)});
    index.operators.push_back(found.text(i, 6));
    if (!found.boolean(i, 3)) index.nullable.push_back(found.text(i, 2));
  }
  return all;
}

std::vector<std::string> names_of(const Index& index) {
  std::vector<std::string> names;
  for (const RowKeyColumn& column : index.columns) names.push_back(column.name);
  return names;
}

/// The oid of a table that has rows to go through.
std::string table_oid(postgres::Session& session, const std::string& quoted) {
  const postgres::Result found = session.query(
      "SELECT c.oid, c.relkind FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)::oid", {{quoted}});
  if (found.empty())
    throw Error(code::bad_batches, fmt::format("there is no table {}", quoted))
        .advise("waxwing schema tables    lists what there is");
  const std::string kind = found.text(0, 1);
  if (kind != "r" && kind != "p")
    throw Error(code::bad_batches, fmt::format("{} is no table", quoted))
        .because("only tables and partitioned tables have a key that batches can follow");
  return found.text(0, 0);
}

[[noreturn]] void refuse(const std::string& quoted, const std::vector<Index>& indexes,
                         const std::vector<std::string>& wanted) {
  std::vector<std::string> keys;
  for (const Index& index : indexes)
    if (index.nullable.empty()) keys.push_back("(" + base::join(names_of(index), ", ") + ")");
  for (const Index& index : indexes)
    if (names_of(index) == wanted && !index.nullable.empty())
      throw Error(code::no_batch_key, fmt::format("the key ({}) of {} may hold NULL", base::join(wanted, ", "), quoted))
          .because(fmt::format("{} {} not NOT NULL, and rows with NULL have no place in the order",
                               base::join(index.nullable, ", "), index.nullable.size() == 1 ? "is" : "are"))
          .advise(keys.empty() ? "set not null, or a primary key" : "use another one: " + base::join(keys, ", "));
  throw Error(code::no_batch_key, wanted.empty()
                                      ? fmt::format("{} has no primary key", quoted)
                                      : fmt::format("{} has no unique key ({})", quoted, base::join(wanted, ", ")))
      .because(keys.empty() ? "it has no unique key without NULLs at all"
                            : "unique keys without NULLs are " + base::join(keys, ", "))
      .advise(keys.empty() ? "add a primary key first" : R"(name one: key = { "..." })");
}

/// A table that inherits may have taken NULLs in.
void refuse_nulls_below(postgres::Session& session, const std::string& oid, const Index& index) {
  std::vector<std::string> literals;
  for (const std::string& name : names_of(index)) literals.push_back(quote_literal(name));
  const postgres::Result found = session.query(
      fmt::format(
          "WITH RECURSIVE below AS (SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = $1::oid UNION "
          "SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN below b ON i.inhparent = b.inhrelid) "
          "SELECT a.attrelid::pg_catalog.regclass::text, a.attname FROM below b JOIN pg_catalog.pg_attribute a "
          "ON a.attrelid = b.inhrelid WHERE a.attname::text IN ({}) AND NOT a.attnotnull LIMIT 1",
          base::join(literals, ", ")),
      {{oid}});
  if (found.empty()) return;
  throw Error(code::no_batch_key,
              fmt::format("the column \"{}\" of {} may hold NULL", found.value(0, 1), found.value(0, 0)))
      .because("it inherits from the table, and rows with NULL have no place in the order of the key");
}

}  // namespace

RowKey RowKey::find(postgres::Session& session, const std::string& schema, const std::string& table,
                    const std::vector<std::string>& wanted) {
  RowKey key;
  key.table_ = quote_qualified(schema, table);
  key.bare_table_ = quote_identifier(table);
  const std::string oid = table_oid(session, key.table_);
  const std::vector<Index> indexes = unique_indexes(session, oid);
  const auto found = std::find_if(indexes.begin(), indexes.end(), [&wanted](const Index& each) {
    return each.nullable.empty() && (wanted.empty() ? each.is_primary : names_of(each) == wanted);
  });
  if (found == indexes.end()) refuse(key.table_, indexes, wanted);
  refuse_nulls_below(session, oid, *found);
  key.columns_ = found->columns;
  for (const std::string& each : found->operators) {
    const std::vector<std::string> five = base::split(each, '\n');
    key.operators_.push_back({five.at(0), five.at(1), five.at(2), five.at(3), five.at(4)});
  }
  return key;
}

std::string RowKey::column(std::size_t index) const {
  return bare_table_ + "." + quote_identifier(columns_[index].name) + columns_[index].collation;
}

std::string RowKey::list() const {
  std::string list;
  for (std::size_t i = 0; i < columns_.size(); ++i) list += (i == 0 ? "" : ", ") + column(i);
  return list;
}

/// `"t"."a" AS k1, "t"."b" AS k2`
std::string RowKey::named() const {
  std::string names;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    names += fmt::format("{}{} AS k{}", i == 0 ? "" : ", ", column(i), i + 1);
  return names;
}

std::string RowKey::compare(Operator last, const std::vector<std::string>& values) const {
  if (columns_.size() == 1) return fmt::format("{} {} {}", column(0), operators_[0][last], values[0]);
  const Operator before = last == greater ? greater : less, first = last == greater ? at_least : less_or_equal;
  const std::string range = fmt::format(" AND {} {} {}", column(0), operators_[0][first], values[0]);
  // A row comparison has one operator, which types of different schemas do not share.
  const bool is_uniform = std::all_of(operators_.begin(), operators_.end(),
                                      [&](const Operators& each) { return each[last] == operators_[0][last]; });
  if (is_uniform) return fmt::format("({}) {} ({}){}", list(), operators_[0][last], base::join(values, ", "), range);
  std::string text;
  for (std::size_t i = columns_.size(); i-- > 0;) {
    const bool is_last = i + 1 == columns_.size();
    const std::string beyond = fmt::format("{} {} {}", column(i), operators_[i][is_last ? last : before], values[i]);
    text = is_last ? beyond
                   : fmt::format("({} OR {} {} {} AND {})", beyond, column(i), operators_[i][equal], values[i], text);
  }
  return text + range;
}

std::vector<std::string> RowKey::literals(const std::vector<std::string>& texts) const {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    result.push_back(fmt::format("{}::{}", quote_literal(texts.at(i)), columns_[i].type));
  return result;
}

std::string RowKey::end_sql(const std::optional<std::vector<std::string>>& last, long long size) const {
  std::string descending;
  for (std::size_t i = 0; i < columns_.size(); ++i) descending += (i == 0 ? "" : ", ") + column(i) + " DESC";
  const std::string behind = last ? above(*last) : "true";
  return fmt::format(
      "waxwing_full AS MATERIALIZED (SELECT {0} FROM {1} WHERE {2} ORDER BY {3} OFFSET {4} LIMIT 1), "
      "waxwing_end AS MATERIALIZED (SELECT * FROM waxwing_full UNION ALL (SELECT {0} FROM {1} WHERE {2} AND NOT EXISTS "
      "(SELECT FROM waxwing_full) ORDER BY {5} LIMIT 1)), "
      "waxwing_passed AS MATERIALIZED (SELECT CASE WHEN EXISTS (SELECT FROM waxwing_full) THEN {6}::bigint ELSE "
      "(SELECT "
      "pg_catalog.count(*) FROM {1} WHERE {2}) END AS keys)",
      named(), table_, behind, list(), size - 1, descending, size);
}

std::string RowKey::up_to_end_sql(const std::optional<std::vector<std::string>>& last) const {
  std::vector<std::string> end;
  for (std::size_t i = 1; i <= columns_.size(); ++i) end.push_back(fmt::format("(SELECT k{} FROM waxwing_end)", i));
  return (last ? above(*last) + " AND " : "") + at_most(end);
}

std::string RowKey::end_as_text_sql() const {
  std::string texts;
  for (std::size_t i = 1; i <= columns_.size(); ++i) texts += fmt::format("{}k{}::text", i == 1 ? "" : ", ", i);
  return "(SELECT ARRAY[" + texts + "] FROM waxwing_end)";
}

std::optional<long long> estimated_rows(postgres::Session& session, const std::string& quoted_table) {
  const postgres::Result found = session.query(
      "WITH RECURSIVE parts AS (SELECT pg_catalog.to_regclass($1)::oid AS oid UNION SELECT i.inhrelid FROM "
      "pg_catalog.pg_inherits i JOIN parts p ON i.inhparent = p.oid) "
      // Of a table that was never analysed, before PostgreSQL 14 they are 0 as well, on no page.
      "SELECT pg_catalog.bool_or(c.reltuples < 0::real OR c.relpages = 0 AND pg_catalog.pg_relation_size(c.oid) > 0), "
      "pg_catalog.sum(GREATEST(c.reltuples, 0::real))::bigint, "
      "pg_catalog.sum(pg_catalog.pg_relation_size(c.oid))::bigint "
      "FROM parts p JOIN pg_catalog.pg_class c ON c.oid = p.oid WHERE c.relkind::text = 'r'",
      {{quoted_table}});
  if (found.is_null(0, 0)) return 0;
  if (!found.boolean(0, 0)) return found.integer(0, 1);
  constexpr long long most_counted_bytes = 1LL << 30;
  if (found.integer(0, 2) > most_counted_bytes) return std::nullopt;
  return session.query("SELECT pg_catalog.count(*) FROM " + quoted_table).integer(0, 0);
}

}  // namespace operations
