// One query per kind of demand. Each reads its table once: the number of offenders and a few of them come together.
#include "migrate/row_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "migrate/row_check_type.hpp"
#include "postgres/quote.hpp"
#include "postgres/row_text.hpp"
#include "postgres/sql_text.hpp"

namespace migrate {

using postgres::format_identifier;
using postgres::quote_identifier;
using postgres::RowDemand;
using postgres::Session;
using Kind = RowDemand::Kind;

namespace {

constexpr int most_rows_shown = 5;

/// A table as the catalogue knows it.
struct Table {
  /// Quoted, with ONLY where children do not count.
  std::string from, from_only;
  std::vector<std::string> primary_key;
};

std::string quoted(const postgres::TableName& table) { return postgres::quote_qualified(table.schema, table.name); }

std::string shown(const postgres::TableName& table) {
  return table.schema.empty() ? table.name : table.schema + "." + table.name;
}

std::string shown_columns(const std::vector<std::string>& columns) { return "(" + base::join(columns, ", ") + ")"; }

std::vector<std::string> lines_of(const std::string& text) {
  return text.empty() ? std::vector<std::string>() : base::split(text, '\n');
}

std::string list_of(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(format_identifier(name));
  return base::join(all, ", ");
}

/// Nothing when the table or one of the columns is not there, or it has no rows.
std::optional<Table> find_table(Session& session, const postgres::TableName& name,
                                const std::vector<std::string>& columns, bool may_be_empty = false) {
  const postgres::Result found = session.query(
      "SELECT c.relkind::text, c.relhassubclass, pg_catalog.pg_relation_size(c.oid::pg_catalog.regclass) > 0::bigint, "
      "(SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0::int2 AND "
      "NOT a.attisdropped AND a.attname::text = ANY (pg_catalog.string_to_array($2, E'\\n'))), "
      "(SELECT pg_catalog.string_agg(a.attname::text, E'\\n' ORDER BY a.attnum) FROM pg_catalog.pg_index i JOIN "
      "pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND "
      "i.indisprimary) FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)::pg_catalog.oid AND "
      "c.relkind::text IN ('r', 'p')",
      {{quoted(name)}, {base::join(columns, "\n")}});
  if (found.empty() || found.integer(0, 3) != static_cast<std::int64_t>(columns.size())) return std::nullopt;
  const bool is_parent = found.value(0, 0) == "p" || found.boolean(0, 1);
  if (!found.boolean(0, 2) && !is_parent && !may_be_empty) return std::nullopt;
  const std::string from = name.schema.empty() ? format_identifier(name.name)
                                               : format_identifier(name.schema) + "." + format_identifier(name.name);
  return Table{from, found.value(0, 0) == "p" ? from : "ONLY " + from, lines_of(found.text(0, 4))};
}

RowCheck with_sql(const RowDemand& demand, std::string doing, std::string ok, std::string sql) {
  std::string sample = fmt::format(
      "SELECT *, pg_catalog.count(*) OVER () AS waxwing_total FROM ({}) waxwing_rows LIMIT {}", sql, most_rows_shown);
  // People need no schemas of functions.
  sql = base::replace_all(base::replace_all(std::move(sql), "pg_catalog.", ""), "1::bigint", "1");
  return {demand, std::move(doing), std::move(ok), std::move(sql), std::move(sample)};
}

/// The columns that tell a row apart, then those that are at fault.
std::string shown_list(const Table& table, std::vector<std::string> columns) {
  std::vector<std::string> all = table.primary_key;
  for (std::string& column : columns)
    if (std::find(all.begin(), all.end(), column) == all.end()) all.push_back(std::move(column));
  return all.empty() ? "*" : list_of(all);
}

std::optional<RowCheck> prepare_unique(Session& session, const RowDemand& demand) {
  const auto table = find_table(session, demand.table, demand.columns);
  if (!table) return std::nullopt;
  std::vector<std::string> outputs, positions, conditions;
  for (const std::string& key : demand.keys) {
    const auto column = std::find_if(demand.columns.begin(), demand.columns.end(),
                                     [&](const std::string& each) { return quote_identifier(each) == key; });
    const bool is_column = column != demand.columns.end();
    const std::string value = is_column ? format_identifier(*column) : key;
    // An expression that is no call stands in brackets.
    const std::string bare = key.starts_with('(') && key.ends_with(')') ? key.substr(1, key.size() - 2) : key;
    outputs.push_back(is_column ? value : fmt::format("{} AS {}", key, quote_identifier(bare.substr(0, 60))));
    positions.push_back(std::to_string(outputs.size()));
    if (!demand.nulls_not_distinct) conditions.push_back(value + " IS NOT NULL");
  }
  if (!demand.expression.empty()) conditions.push_back("(" + demand.expression + ")");
  std::string ids;
  if (!table->primary_key.empty()) {
    const std::string id =
        table->primary_key.size() == 1 ? list_of(table->primary_key) : "(" + list_of(table->primary_key) + ")::text";
    ids = fmt::format(", (pg_catalog.array_agg({0} ORDER BY {0}))[1:5] AS {1}", id,
                      table->primary_key.size() == 1 ? format_identifier(table->primary_key.front())
                                                     : quote_identifier(base::join(table->primary_key, ", ")));
  }
  const std::string by = base::join(positions, ", ");
  const std::string subject = shown(demand.table) + " " + shown_columns(demand.columns);
  return with_sql(demand, "Checking " + subject + " for duplicates", "No duplicates",
                  fmt::format("SELECT {}, pg_catalog.count(*) AS rows{} FROM {}{} GROUP BY {} HAVING "
                              "pg_catalog.count(*) > 1::bigint ORDER BY {}",
                              base::join(outputs, ", "), ids, table->from_only,
                              conditions.empty() ? "" : " WHERE " + base::join(conditions, " AND "), by, by));
}

std::optional<RowCheck> prepare_foreign_key(Session& session, const RowDemand& demand) {
  const auto table = find_table(session, demand.table, demand.columns);
  const auto target = find_table(session, demand.target, demand.target_columns, true);
  if (!table || !target) return std::nullopt;
  const std::vector<std::string>& to = demand.target_columns.empty() ? target->primary_key : demand.target_columns;
  if (to.size() != demand.columns.size()) return std::nullopt;
  std::vector<std::string> outputs, present, equal;
  for (const std::string& each : table->primary_key) outputs.push_back("c." + format_identifier(each));
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::string column = "c." + format_identifier(demand.columns[i]);
    if (std::find(outputs.begin(), outputs.end(), column) == outputs.end()) outputs.push_back(column);
    present.push_back(column + " IS NOT NULL");
    equal.push_back(fmt::format("r.{} = {}", format_identifier(to[i]), column));
  }
  std::string orphan = fmt::format("{} AND NOT EXISTS (SELECT FROM {} r WHERE {})", base::join(present, " AND "),
                                   target->from_only, base::join(equal, " AND "));
  if (demand.match_full && to.size() > 1)
    orphan =
        fmt::format("({}) OR (({}) AND NOT ({}))", orphan, base::join(present, " OR "), base::join(present, " AND "));
  return with_sql(demand,
                  fmt::format("Checking that {} {} leads to {}", shown(demand.table), shown_columns(demand.columns),
                              shown(demand.target)),
                  "All references are valid",
                  fmt::format("SELECT {} FROM {} c WHERE {}", base::join(outputs, ", "), table->from_only, orphan));
}

std::optional<RowCheck> prepare_check(Session& session, const RowDemand& demand) {
  const auto table = find_table(session, demand.table, demand.columns);
  if (!table) return std::nullopt;
  return with_sql(demand, fmt::format("Checking that {} meets {}", shown(demand.table), demand.expression),
                  "All rows meet it",
                  fmt::format("SELECT {} FROM {} WHERE NOT ({})", shown_list(*table, demand.columns),
                              demand.only ? table->from_only : table->from, demand.expression));
}

std::optional<RowCheck> prepare_not_null(Session& session, const RowDemand& demand) {
  const auto table = find_table(session, demand.table, demand.columns);
  if (!table) return std::nullopt;
  const std::string& column = demand.columns.front();
  return with_sql(demand, fmt::format("Checking {}.{} for NULL", shown(demand.table), column), "No NULL found",
                  fmt::format("SELECT {} FROM {} WHERE {} IS NULL", shown_list(*table, {column}),
                              demand.only ? table->from_only : table->from, format_identifier(column)));
}

std::optional<RowCheck> prepare_type(Session& session, const RowDemand& demand) {
  const auto table = find_table(session, demand.table, demand.columns);
  if (!table) return std::nullopt;
  const std::string& column = demand.columns.front();
  const std::string condition = does_not_fit_sql(session, demand);
  if (condition.empty()) return std::nullopt;
  return with_sql(demand, fmt::format("Checking that {}.{} fits {}", shown(demand.table), column, demand.expression),
                  "All values fit",
                  fmt::format("SELECT {} FROM {} WHERE {}", shown_list(*table, {column}), table->from, condition));
}

std::optional<RowCheck> prepare_empty(Session& session, const RowDemand& demand) {
  const auto table = find_table(session, demand.table, {});
  if (!table) return std::nullopt;
  // A domain may bring its default.
  const postgres::Result type = session.query(
      "SELECT FROM pg_catalog.pg_type t WHERE t.oid = pg_catalog.to_regtype($1)::pg_catalog.oid AND t.typdefault IS "
      "NULL",
      {{demand.expression}});
  if (type.empty()) return std::nullopt;
  return with_sql(demand,
                  fmt::format("Checking that {} has no rows, since its new column {} is NOT NULL without a default",
                              shown(demand.table), demand.name),
                  "It has no rows", fmt::format("SELECT {} FROM {} LIMIT 1", shown_list(*table, {}), table->from));
}

/// A constraint that was added NOT VALID: its definition is read back and looked at like a new one.
std::optional<RowCheck> prepare_validate(Session& session, const RowDemand& demand) {
  const postgres::Result found = session.query(
      "SELECT pg_catalog.pg_get_constraintdef(c.oid) FROM pg_catalog.pg_constraint c WHERE NOT c.convalidated AND "
      "c.conrelid = pg_catalog.to_regclass($1)::pg_catalog.oid AND c.conname::text = $2",
      {{quoted(demand.table)}, {demand.name}});
  if (found.empty()) return std::nullopt;
  const postgres::StatementEffect effect = postgres::effect_of(fmt::format(
      "ALTER TABLE {} ADD CONSTRAINT {} {}", quoted(demand.table), quote_identifier(demand.name), found.value(0, 0)));
  if (effect.not_valid.size() != 1) return std::nullopt;
  return prepare(session, effect.not_valid.front());
}

std::string named(const RowDemand& demand, const char* kind) {
  return demand.name.empty() ? std::string(kind) : fmt::format("{} {}", kind, demand.name);
}

std::string failure_text(const RowDemand& demand, std::int64_t count) {
  const std::string table = shown(demand.table);
  const std::string rows = base::count_of(count, "row");
  switch (demand.kind) {
    case Kind::unique:
      return fmt::format("Found {} of duplicates in {} {}: {} cannot be added.", base::count_of(count, "group"), table,
                         shown_columns(demand.columns),
                         named(demand, demand.is_index ? "unique index" : "unique constraint"));
    case Kind::foreign_key:
      return fmt::format("Found {} of {} whose {} leads nowhere in {}: {} cannot be added.", rows, table,
                         shown_columns(demand.columns), shown(demand.target), named(demand, "foreign key"));
    case Kind::check:
      return fmt::format("Found {} of {} that {} {}: {} cannot be added.", rows, table,
                         count == 1 ? "violates" : "violate", demand.expression, named(demand, "check constraint"));
    case Kind::not_null:
      return fmt::format("Found {} of {} with NULL {}: the column cannot become NOT NULL.", rows, table,
                         demand.columns.front());
    case Kind::type:
      return fmt::format("Found {} of {} whose {} does not fit {}.", rows, table, demand.columns.front(),
                         demand.expression);
    case Kind::empty:
      return fmt::format("{} has rows: its new column {} cannot be NOT NULL without a default.", table, demand.name);
    case Kind::validate: break;
  }
  return {};
}

}  // namespace

std::string subject_of(const RowDemand& demand) {
  const char* kind = demand.kind == Kind::unique        ? "unique"
                     : demand.kind == Kind::foreign_key ? "references"
                     : demand.kind == Kind::not_null    ? "not_null"
                     : demand.kind == Kind::type        ? "castable"
                                                        : "";
  return fmt::format("{} {} {}", kind, demand.table.name, shown_columns(demand.columns));
}

std::optional<RowCheck> prepare(Session& session, const RowDemand& demand) {
  switch (demand.kind) {
    case Kind::unique: return prepare_unique(session, demand);
    case Kind::foreign_key: return prepare_foreign_key(session, demand);
    case Kind::check: return prepare_check(session, demand);
    case Kind::not_null: return prepare_not_null(session, demand);
    case Kind::type: return prepare_type(session, demand);
    case Kind::empty: return prepare_empty(session, demand);
    case Kind::validate: return prepare_validate(session, demand);
  }
  return std::nullopt;
}

RowOutcome run(Session& session, const RowCheck& check) {
  const postgres::Result rows = session.query(check.sample_sql);
  RowOutcome outcome;
  if (rows.empty()) return outcome;
  outcome.count = rows.integer(0, rows.columns() - 1);
  outcome.text = failure_text(check.demand, outcome.count);
  for (std::size_t row = 0; row < rows.rows(); ++row)
    outcome.lines.push_back(postgres::row_text(rows, row, rows.columns() - 1));
  if (outcome.count > most_rows_shown)
    outcome.lines.push_back(fmt::format("and {} more", outcome.count - most_rows_shown));
  if (check.demand.kind == Kind::empty) outcome.lines.clear();
  return outcome;
}

std::vector<RowDemand> demands_of(std::string_view statement) {
  const std::string words = base::upper(statement);
  if (words.find("ALTER") == std::string::npos && words.find("UNIQUE") == std::string::npos) return {};
  if (postgres::split_statements(statement).size() != 1) return {};
  return postgres::effect_of(statement).demands;
}

bool is_about_rows(const postgres::SqlError& error) {
  const std::string& state = error.diagnostics().sqlstate;
  return state.starts_with("23") || state.starts_with("22");
}

void name_rows(postgres::SqlError& error, const std::vector<RowDemand>& demands, Session& session) {
  for (const RowDemand& demand : demands) {
    const std::optional<RowCheck> check = prepare(session, demand);
    if (!check) continue;
    const RowOutcome found = run(session, *check);
    if (found.count == 0) continue;
    base::Error told(base::code::rows_do_not_fit, error.what());
    for (const std::string& place : error.places()) told.at(place);
    std::string cause = error.cause() + "\n" + found.text;
    for (const std::string& line : found.lines) cause += "\n  " + line;
    told.because(std::move(cause)).advise(advice_for(*check)).state(error.state());
    static_cast<base::Error&>(error) = told;
    return;
  }
}

std::string advice_for(const RowCheck& check) {
  if (check.demand.kind == Kind::empty)
    return "give the column a default, or add it without NOT NULL, fill it, and set NOT NULL then";
  const RowDemand& demand = check.demand;
  // The command looks at plain columns, and at all rows.
  if (demand.kind == Kind::unique && demand.keys.size() == demand.columns.size() && demand.expression.empty() &&
      !demand.nulls_not_distinct &&
      std::equal(demand.keys.begin(), demand.keys.end(), demand.columns.begin(),
                 [](const std::string& key, const std::string& column) { return key == quote_identifier(column); }))
    return fmt::format("waxwing check duplicates {} {}    lists the rows that are alike", shown(demand.table),
                       base::join(demand.columns, ","));
  return "look at them: " + check.sql;
}

}  // namespace migrate
