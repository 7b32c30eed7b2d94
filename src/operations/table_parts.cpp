// The SQL of columns, constraints and index columns.
#include "operations/table_parts.hpp"

#include "operations/sql.hpp"

namespace operations {

namespace {

std::string named(const std::string& constraint) {
  return constraint.empty() ? std::string() : "CONSTRAINT " + quote_identifier(constraint) + " ";
}

std::string included(const Names& columns) {
  return columns.empty() ? std::string() : fmt::format(" INCLUDE ({})", quoted_list(columns));
}

std::string key_columns(const Key& key) {
  if (!key.using_index.empty())
    return "USING INDEX " + quote_identifier(key.using_index) + deferral(key.deferrable, key.initially_deferred);
  return fmt::format("({}){}{}", quoted_list(key.columns), included(key.include),
                     deferral(key.deferrable, key.initially_deferred));
}

}  // namespace

std::string to_sql(const Referenced& target) {
  return "REFERENCES " + quote_qualified(target.schema, target.table) +
         (target.columns.empty() ? "" : " (" + quoted_list(target.columns) + ")");
}

std::string to_sql(const ForeignKeyOptions& options) {
  std::string sql;
  if (!options.match.empty()) sql += " MATCH " + base::upper(options.match);
  if (!options.on_delete.empty()) sql += " ON DELETE " + base::upper(options.on_delete);
  if (!options.on_delete_columns.empty()) sql += " (" + quoted_list(options.on_delete_columns) + ")";
  if (!options.on_update.empty()) sql += " ON UPDATE " + base::upper(options.on_update);
  return sql + deferral(options.deferrable, options.initially_deferred) + when(options.not_valid, "NOT VALID");
}

std::string to_sql(const ForeignKey& key) {
  return fmt::format("{}FOREIGN KEY ({}) {}{}", named(key.name), quoted_list(key.columns), to_sql(key.references),
                     to_sql(key.options));
}

std::string primary_key_sql(const Key& key) { return named(key.name) + "PRIMARY KEY " + key_columns(key); }

std::string to_sql(const Unique& unique) {
  return fmt::format("{}UNIQUE{} {}", named(unique.key.name), when(unique.nulls_not_distinct, "NULLS NOT DISTINCT"),
                     key_columns(unique.key));
}

std::string to_sql(const Check& check) {
  return fmt::format("{}CHECK ({}){}", named(check.name), check.expression, when(check.no_inherit, "NO INHERIT"));
}

std::string to_sql(const IndexColumn& column) {
  std::string sql = column.expression.empty() ? quote_identifier(column.name) : "(" + column.expression + ")";
  if (!column.collation.empty()) sql += " COLLATE " + quote_identifier(column.collation);
  if (!column.opclass.empty()) sql += " " + column.opclass;
  if (!column.order.empty()) sql += " " + base::upper(column.order);
  if (!column.nulls.empty()) sql += " NULLS " + base::upper(column.nulls);
  return sql;
}

std::string to_sql(const std::vector<IndexColumn>& columns) {
  std::string sql;
  for (const IndexColumn& column : columns) sql += (sql.empty() ? "" : ", ") + to_sql(column);
  return sql;
}

std::string to_sql(const Exclude& exclude) {
  std::string elements;
  for (const ExcludeElement& element : exclude.elements)
    elements += fmt::format("{}{} WITH {}", elements.empty() ? "" : ", ", to_sql(element.column), element.with);
  return fmt::format("{}EXCLUDE{} ({}){}{}{}", named(exclude.name),
                     exclude.method.empty() ? "" : " USING " + quote_identifier(exclude.method), elements,
                     included(exclude.include), exclude.where.empty() ? "" : " WHERE (" + exclude.where + ")",
                     deferral(exclude.deferrable, exclude.initially_deferred));
}

std::string to_sql(const Column& column) {
  std::string sql = quote_identifier(column.name) + " " + column.type;
  if (!column.collation.empty()) sql += " COLLATE " + quote_identifier(column.collation);
  if (!column.generated.empty()) sql += " GENERATED ALWAYS AS (" + column.generated + ") STORED";
  if (!column.identity.empty()) sql += " GENERATED " + base::upper(column.identity) + " AS IDENTITY";
  if (column.default_value) sql += " DEFAULT " + column.default_value->sql;
  sql += when(column.not_null, "NOT NULL") + when(column.primary_key, "PRIMARY KEY") + when(column.unique, "UNIQUE");
  if (!column.check.empty()) sql += " CHECK (" + column.check + ")";
  if (column.references) {
    const ColumnReference& target = *column.references;
    const Names columns = target.column.empty() ? Names() : Names{target.column};
    sql += fmt::format(" {}{}{}", named(target.name), to_sql(Referenced{target.schema, target.table, columns}),
                       to_sql(target.options));
  }
  return sql;
}

std::optional<std::string> IndexColumn::as_text() const {
  const bool plain = expression.empty() && collation.empty() && opclass.empty() && order.empty() && nulls.empty();
  return plain ? std::optional(name) : std::nullopt;
}

std::string IndexColumn::problem() const {
  return name.empty() == expression.empty() ? "has either a name (of a column) or an expression" : "";
}

std::string ForeignKeyOptions::problem() const {
  const bool sets = on_delete == "set null" || on_delete == "set default";
  return on_delete_columns.empty() || sets ? ""
                                           : "on_delete_columns goes with on_delete = \"set null\" or \"set default\"";
}

std::string Key::problem() const {
  if (columns.empty() == using_index.empty()) return "has either columns or using_index";
  if (!include.empty() && !using_index.empty())
    return "include goes with columns: an index that is used has its columns already";
  return {};
}

std::string Unique::problem() const {
  if (nulls_not_distinct && !key.using_index.empty())
    return "nulls_not_distinct goes with columns: an index that is used has it already, or has it not";
  return key.problem();
}

std::string Column::problem() const {
  if (!generated.empty() && default_value) return "a generated column has no default";
  if (!identity.empty() && default_value) return "an identity column has no default";
  if (references && references->options.not_valid)
    return "the reference of a new column is checked at once; op.create_foreign_key { not_valid = true } adds one that "
           "is not";
  return {};
}

}  // namespace operations
