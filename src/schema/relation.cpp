// Look-ups by the session's own search_path, every function and operator qualified.
#include "schema/relation.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/sql_error.hpp"

namespace schema {

using base::Error;
using postgres::Session;
namespace code = base::code;

namespace {

constexpr const char* relation_sql =
    "SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text, c.oid::pg_catalog.regclass::text, "
    "c.relhassubclass FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ";

Relation relation_of(const postgres::Result& rows, std::size_t row) {
  return {rows.text(row, 0),    rows.text(row, 1), rows.text(row, 2),
          rows.text(row, 3)[0], rows.text(row, 4), rows.boolean(row, 5)};
}

postgres::Result look_up(Session& session, const std::string& text) {
  try {
    return session.query(std::string(relation_sql) + "WHERE c.oid = pg_catalog.to_regclass($1::text)::oid", {{text}});
  } catch (const postgres::SqlError& error) {
    // What is no name at all is no table either.
    if (!error.diagnostics().sqlstate.starts_with("42")) throw;
    return {};
  }
}

}  // namespace

std::string Relation::from() const { return (kind == 'r' && has_children ? "ONLY " : "") + shown; }

Relation find_relation(Session& session, const std::string& text) {
  postgres::Result found = look_up(session, text);
  if (found.empty() && text.find('"') == std::string::npos) {
    std::vector<std::string> parts;
    for (const std::string& part : base::split(text, '.'))
      if (!part.empty()) parts.push_back("\"" + part + "\"");
    if (!parts.empty()) found = look_up(session, base::join(parts, "."));
  }
  if (!found.empty()) return relation_of(found, 0);
  std::vector<std::string> names;
  for (const Relation& each : all_tables(session)) names.push_back(each.shown);
  throw Error(code::unknown_relation, fmt::format("there is no table or view \"{}\"{}", text,
                                                  base::did_you_mean_suffix(base::lower(text), names)))
      .because(names.empty()
                   ? "the database has no tables"
                   : fmt::format("the database has {}", base::count_of(static_cast<long long>(names.size()), "table")))
      .advise("waxwing schema tables    lists them");
}

std::vector<Relation> all_tables(Session& session) {
  const postgres::Result rows = session.query(
      std::string(relation_sql) +
      "WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'::name AND NOT "
      "pg_catalog.starts_with(n.nspname::text, 'pg_') ORDER BY n.nspname, c.relname");
  std::vector<Relation> tables;
  for (std::size_t i = 0; i < rows.rows(); ++i) tables.push_back(relation_of(rows, i));
  return tables;
}

std::vector<ColumnType> column_types(Session& session, const Relation& relation) {
  const postgres::Result rows = session.query(
      "SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, t.typcategory::text "
      "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
      "WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
      {{relation.oid}});
  std::vector<ColumnType> columns;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    columns.push_back({rows.text(i, 0), rows.text(i, 1), rows.boolean(i, 2), rows.text(i, 3)});
  return columns;
}

const ColumnType& find_column(const std::vector<ColumnType>& columns, const Relation& relation,
                              const std::string& typed) {
  const std::string folded = fold_identifier(typed);
  for (const ColumnType& each : columns)
    if (each.name == folded) return each;
  for (const ColumnType& each : columns)
    if (each.name == typed) return each;
  std::vector<std::string> names;
  for (const ColumnType& each : columns) names.push_back(each.name);
  throw Error(code::unknown_column, fmt::format("\"{}\" has no column \"{}\"{}", relation.shown, folded,
                                                base::did_you_mean_suffix(folded, names)))
      .because("its columns are " + base::join(names, ", "));
}

std::vector<std::string> primary_key(Session& session, const Relation& relation) {
  const postgres::Result rows = session.query(
      "SELECT a.attname::text FROM pg_catalog.pg_index i CROSS JOIN LATERAL pg_catalog.unnest(i.indkey) WITH "
      "ORDINALITY k(attnum, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum "
      "WHERE i.indrelid = $1::oid AND i.indisprimary AND k.place <= i.indnkeyatts ORDER BY k.place",
      {{relation.oid}});
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows.rows(); ++i) names.push_back(rows.text(i, 0));
  return names;
}

std::vector<std::string> split_columns(const std::vector<std::string>& words) {
  std::vector<std::string> columns;
  for (const std::string& word : words) {
    if (word.find('(') != std::string::npos) {
      columns.push_back(word);
      continue;
    }
    for (const std::string& part : base::split(word, ','))
      if (const std::string_view name = base::trim(part); !name.empty()) columns.emplace_back(name);
  }
  return columns;
}

std::string fold_identifier(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return base::replace_all(std::string(text.substr(1, text.size() - 2)), "\"\"", "\"");
  return base::lower(text);
}

}  // namespace schema
