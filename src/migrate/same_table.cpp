// The server itself reads the definition: what a type or a default means is not guessed.
#include "migrate/same_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_grammar.hpp"

namespace migrate {

using postgres::Session;

namespace {

constexpr const char* scratch = "waxwing_compare";

struct Shape {
  /// "character varying(255) not null" by column.
  std::map<std::string, std::string> columns;
  std::vector<std::string> constraints;
};

Shape shape_of(Session& session, const std::string& oid, const std::string& schema) {
  const auto plain = [&](std::string text) {
    for (const std::string& prefix : {std::string(scratch), postgres::format_identifier(schema)})
      text = base::replace_all(std::move(text), prefix + ".", "");
    return text;
  };
  Shape shape;
  const postgres::Result columns = session.query(
      "SELECT a.attname::text, pg_catalog.concat(pg_catalog.format_type(a.atttypid, a.atttypmod), CASE WHEN "
      "a.attnotnull "
      "THEN ' not null' END, ' default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), CASE a.attidentity WHEN 'a' "
      "THEN "
      "' identity' WHEN 'd' THEN ' identity' END) FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON "
      "d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT "
      "a.attisdropped",
      {{oid}});
  for (std::size_t i = 0; i < columns.rows(); ++i) shape.columns[columns.text(i, 0)] = plain(columns.text(i, 1));
  const postgres::Result constraints = session.query(
      "SELECT pg_catalog.pg_get_constraintdef(o.oid) FROM pg_catalog.pg_constraint o WHERE o.conrelid = $1::oid AND "
      "o.contype IN ('p', 'u', 'c', 'f', 'x') ORDER BY 1",
      {{oid}});
  for (std::size_t i = 0; i < constraints.rows(); ++i) shape.constraints.push_back(plain(constraints.text(i, 0)));
  return shape;
}

std::vector<std::string> differences(const Shape& there, const Shape& wanted) {
  std::vector<std::string> found;
  for (const auto& [name, type] : wanted.columns) {
    const auto other = there.columns.find(name);
    if (other == there.columns.end())
      found.push_back(fmt::format("it has no column \"{}\"", name));
    else if (other->second != type)
      found.push_back(fmt::format("\"{}\" is {} there, {} in the migration", name, other->second, type));
  }
  for (const auto& [name, type] : there.columns)
    if (!wanted.columns.contains(name)) found.push_back(fmt::format("it has a column \"{}\" more", name));
  for (const std::string& each : wanted.constraints)
    if (std::find(there.constraints.begin(), there.constraints.end(), each) == there.constraints.end())
      found.push_back("it has no " + each);
  return found;
}

std::string oid_of(Session& session, const std::string& name) {
  return session.query("SELECT pg_catalog.to_regclass($1::text)::oid::text", {{name}}).text(0, 0);
}

}  // namespace

std::string compare_with_existing(Session& session, const std::string& sql) {
  const auto created = postgres::created_table(sql);
  if (!created || session.transaction_status() != postgres::TransactionStatus::idle) return {};
  const std::string name = postgres::quote_identifier(created->name);
  const std::string oid =
      oid_of(session, created->schema.empty() ? name : postgres::quote_qualified(created->schema, created->name));
  if (oid.empty()) return {};
  const std::string schema =
      session
          .query("SELECT relnamespace::pg_catalog.regnamespace::text FROM pg_catalog.pg_class WHERE oid = $1::oid",
                 {{oid}})
          .text(0, 0);
  std::vector<std::string> found;
  session.query("BEGIN");
  try {
    const std::string path = session.query("SELECT pg_catalog.current_setting('search_path')").text(0, 0);
    session.query(
        fmt::format("SET LOCAL lock_timeout = '100ms'; SET LOCAL statement_timeout = '2s'; CREATE SCHEMA {0}; "
                    "SET LOCAL search_path = {0}{1}{2}",
                    scratch, path.empty() ? "" : ", ", path));
    session.query(sql.substr(0, created->offset) + name + sql.substr(created->offset + created->length));
    const Shape wanted = shape_of(session, oid_of(session, fmt::format("{}.{}", scratch, name)), schema);
    found = differences(shape_of(session, oid, schema), wanted);
    session.query("ROLLBACK");
  } catch (const base::Error&) {
    if (session.transaction_status() != postgres::TransactionStatus::unknown) session.query("ROLLBACK");
    return {};
  }
  if (found.empty())
    return fmt::format("\nthe table \"{}\" that is there has the same columns and constraints", created->name);
  return fmt::format("\nthe table \"{}\" that is there is another: {}", created->name, base::join(found, "; "));
}

}  // namespace migrate
