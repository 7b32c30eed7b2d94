// Foreign keys from pg_constraint, joined by OIDs; an anti-join for each.
#include "schema/orphans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace schema {

using base::Error;
using postgres::format_identifier;
using postgres::Session;
namespace code = base::code;

namespace {

std::vector<std::string> names_of(const std::string& json) {
  return nlohmann::json::parse(json).get<std::vector<std::string>>();
}

std::string side(const Relation& relation, const std::vector<std::string>& columns) {
  if (columns.size() == 1) return relation.shown + "." + format_identifier(columns[0]);
  std::vector<std::string> names;
  for (const std::string& each : columns) names.push_back(format_identifier(each));
  return relation.shown + " (" + base::join(names, ", ") + ")";
}

struct NamedColumns {
  std::string table;
  std::vector<std::string> columns;
};

/// "users.id", "public.users.id", "users(a,b)".
NamedColumns parse_side(const std::string& text) {
  if (const std::size_t open = text.find('('); open != std::string::npos && text.ends_with(")"))
    return {std::string(base::trim(text.substr(0, open))),
            split_columns({text.substr(open + 1, text.size() - open - 2)})};
  bool quoted = false;
  std::size_t dot = std::string::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '.' && !quoted) dot = i;
  }
  if (dot == std::string::npos || dot == 0 || dot + 1 == text.size())
    throw Error(code::usage, fmt::format("\"{}\" is no column", text))
        .because("a column is written TABLE.COLUMN, several are written TABLE(A,B)")
        .advise("waxwing check orphans journals.user_id users.id");
  return {text.substr(0, dot), {text.substr(dot + 1)}};
}

}  // namespace

std::string Reference::shown() const { return side(table, columns) + " -> " + side(target, target_columns); }

std::string Reference::orphan_condition() const {
  std::vector<std::string> present, some, joined;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string own = "c." + format_identifier(columns[i]);
    const char* cast = as_text ? "::text" : "";
    present.push_back(own + " IS NOT NULL");
    joined.push_back(fmt::format("p.{}{} = {}{}", format_identifier(target_columns[i]), cast, own, cast));
  }
  const std::string missing =
      fmt::format("NOT EXISTS (SELECT FROM {} p WHERE {})", target.from(), base::join(joined, " AND "));
  if (match_full && columns.size() > 1) return fmt::format("({}) AND {}", base::join(present, " OR "), missing);
  return base::join(present, " AND ") + " AND " + missing;
}

std::string Reference::delete_sql() const {
  return fmt::format("DELETE FROM {} c WHERE {};", table.from(), orphan_condition());
}

std::string Reference::clear_sql() const {
  if (!nullable) return {};
  std::vector<std::string> nulls;
  for (const std::string& each : columns) nulls.push_back(format_identifier(each) + " = NULL");
  return fmt::format("UPDATE {} c SET {} WHERE {};", table.from(), base::join(nulls, ", "), orphan_condition());
}

std::vector<Reference> foreign_keys(Session& session, const std::string& table_oid) {
#define NAMES(keys, relation)                                                                        \
  "(SELECT pg_catalog.json_agg(a.attname::text ORDER BY k.place)::text FROM pg_catalog.unnest(" keys \
  ") WITH ORDINALITY k(attnum, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = " relation      \
  " AND a.attnum = "                                                                                 \
  "k.attnum)"
  const postgres::Result rows = session.query(
      "SELECT o.conname::text, o.confmatchtype = 'f', o.convalidated, c.oid::text, cn.nspname::text, c.relname::text, "
      "c.relkind::text, c.oid::pg_catalog.regclass::text, c.relhassubclass, t.oid::text, tn.nspname::text, t.relname::text, "
      "t.relkind::text, t.oid::pg_catalog.regclass::text, t.relhassubclass, " NAMES("o.conkey", "o.conrelid") ", " NAMES(
          "o.confkey",
          "o.confrelid") ", NOT EXISTS (SELECT FROM pg_catalog.unnest(o.conkey) k(attnum) JOIN pg_catalog.pg_attribute a "
                         "ON a.attrelid = o.conrelid AND a.attnum = k.attnum AND a.attnotnull) "
                         "FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid "
                         "JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace "
                         "JOIN pg_catalog.pg_class t ON t.oid = o.confrelid "
                         "JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace "
                         "WHERE o.contype = 'f' AND (o.conparentid = 0::oid OR o.conrelid = $1::oid) "
                         "AND ($1::oid IS NULL OR o.conrelid = $1::oid) ORDER BY 5, 6, 1",
      {{table_oid.empty() ? std::nullopt : std::optional(table_oid)}});
#undef NAMES
  std::vector<Reference> found;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto relation = [&](std::size_t at) {
      return Relation{rows.text(i, at),        rows.text(i, at + 1), rows.text(i, at + 2),
                      rows.text(i, at + 3)[0], rows.text(i, at + 4), rows.boolean(i, at + 5)};
    };
    Reference reference;
    reference.constraint = rows.text(i, 0);
    reference.match_full = rows.boolean(i, 1);
    reference.validated = rows.boolean(i, 2);
    reference.table = relation(3);
    reference.target = relation(9);
    reference.columns = names_of(rows.text(i, 15));
    reference.target_columns = names_of(rows.text(i, 16));
    reference.nullable = rows.boolean(i, 17);
    found.push_back(std::move(reference));
  }
  return found;
}

Reference undeclared_reference(Session& session, const std::string& child, const std::string& parent) {
  const NamedColumns from = parse_side(child), to = parse_side(parent);
  if (from.columns.size() != to.columns.size())
    throw Error(code::usage, fmt::format("{} has {} and {} has {}", child,
                                         base::count_of(static_cast<long long>(from.columns.size()), "column"), parent,
                                         base::count_of(static_cast<long long>(to.columns.size()), "column")));
  Reference reference;
  reference.table = find_relation(session, from.table);
  reference.target = find_relation(session, to.table);
  const auto own = column_types(session, reference.table), other = column_types(session, reference.target);
  reference.nullable = true;
  for (std::size_t i = 0; i < from.columns.size(); ++i) {
    const ColumnType& column = find_column(own, reference.table, from.columns[i]);
    const ColumnType& target = find_column(other, reference.target, to.columns[i]);
    reference.columns.push_back(column.name);
    reference.target_columns.push_back(target.name);
    reference.nullable = reference.nullable && !column.not_null;
    reference.as_text = reference.as_text || column.category != target.category;
  }
  return reference;
}

Orphans find_orphans(Session& session, const Reference& reference, std::size_t most_samples) {
  std::vector<std::string> names = primary_key(session, reference.table), values, order;
  for (const std::string& each : reference.columns)
    if (std::find(names.begin(), names.end(), each) == names.end()) names.push_back(each);
  for (const std::string& each : names) {
    order.push_back("c." + format_identifier(each));
    values.push_back(order.back() + "::text");
  }
  const std::string from = fmt::format("FROM {} c WHERE {}", reference.table.from(), reference.orphan_condition());
  const postgres::Result rows = session.query(
      fmt::format("SELECT pg_catalog.count(*) OVER (), {} {} ORDER BY {} LIMIT {}", base::join(values, ", "), from,
                  base::join(order, ", "), std::max<std::size_t>(most_samples, 1)));
  Orphans found;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    found.count = rows.integer(i, 0);
    std::vector<std::string> parts;
    for (std::size_t k = 0; k < names.size(); ++k)
      parts.push_back(names[k] + " = " + (rows.is_null(i, k + 1) ? "NULL" : rows.text(i, k + 1)));
    if (found.samples.size() < most_samples) found.samples.push_back(base::join(parts, ", "));
  }
  return found;
}

}  // namespace schema
