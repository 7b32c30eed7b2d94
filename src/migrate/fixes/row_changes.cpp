// Queries over the kept rows.
#include "migrate/fixes/row_changes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace migrate {

using postgres::quote_identifier;

namespace {

/// Sorting more than these would take longer than the fix.
constexpr long long few = 20000;

constexpr const char* sign_sql = "pg_catalog.sum(CASE WHEN waxwing_kind IN ('o', 'd') THEN -1 ELSE 1 END)";

std::vector<std::string> identity_of(const FixTableRow& table, const std::string& prefix) {
  std::vector<std::string> names;
  for (const std::string& name : table.identity) names.push_back(prefix + quote_identifier(name));
  return names;
}

RowChange change_of(const FixTableRow& table, const std::optional<std::string>& before,
                    const std::optional<std::string>& after) {
  RowChange change;
  change.table = table.shown();
  change.kind = !before ? "inserted" : !after ? "deleted" : "updated";
  const auto was = before ? parse_record(*before) : std::vector<std::optional<std::string>>{};
  const auto is = after ? parse_record(*after) : std::vector<std::optional<std::string>>{};
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const bool is_identity =
        std::find(table.identity.begin(), table.identity.end(), table.columns[i]) != table.identity.end();
    change.cells.push_back(
        {table.columns[i], is_identity, i < was.size() ? was[i] : std::nullopt, i < is.size() ? is[i] : std::nullopt});
  }
  return change;
}

}  // namespace

KeptRows::KeptRows(postgres::Session& session, std::string rows_table, const FixTableRow& table)
    : rows_(std::move(rows_table)), table_(table) {
  is_simple_ = session
                   .query(fmt::format("SELECT FROM {} GROUP BY {}, waxwing_kind IN ('o', 'd') HAVING "
                                      "pg_catalog.count(*) > 1 LIMIT 1",
                                      rows_, base::join(identity_of(table, ""), ", ")))
                   .empty();
}

std::string KeptRows::with() const {
  if (is_simple_) return {};
  return fmt::format(
      "WITH net AS MATERIALIZED (SELECT g.waxwing_sign, x.* FROM (SELECT (pg_catalog.array_agg(y.ctid))[1] AS place, "
      "{0} "
      "AS waxwing_sign FROM {1} y GROUP BY {2}::text HAVING {0} <> 0) g JOIN {1} x ON x.ctid = g.place) ",
      sign_sql, rows_, record_sql(table_, "y"));
}

std::string KeptRows::side(bool is_before) const {
  if (is_simple_)
    return fmt::format("(SELECT * FROM {} WHERE waxwing_kind IN {})", rows_, is_before ? "('o', 'd')" : "('n', 'i')");
  return fmt::format("(SELECT * FROM net WHERE waxwing_sign {} 0)", is_before ? "<" : ">");
}

std::string KeptRows::pairs() const {
  const std::vector<std::string> before = identity_of(table_, "b."), after = identity_of(table_, "a.");
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < before.size(); ++i) parts.push_back(before[i] + " = " + after[i]);
  // What identify_by names may be NULL.
  const std::string match =
      table_.is_key ? base::join(parts, " AND ")
                    : fmt::format("ROW({})::text = ROW({})::text", base::join(before, ", "), base::join(after, ", "));
  return fmt::format("{} b FULL JOIN {} a ON {}", side(true), side(false), match);
}

std::string KeptRows::differs() const {
  return fmt::format("(b.waxwing_kind IS NULL OR a.waxwing_kind IS NULL OR NOT pg_catalog.record_image_eq({}, {}))",
                     record_sql(table_, "b"), record_sql(table_, "a"));
}

std::string record_sql(const FixTableRow& table, const std::string& alias) {
  std::vector<std::string> parts;
  for (const std::string& name : table.columns) parts.push_back(alias + "." + quote_identifier(name));
  return "ROW(" + base::join(parts, ", ") + ")";
}

std::vector<std::optional<std::string>> parse_record(std::string_view text) {
  std::vector<std::optional<std::string>> values;
  if (text.size() < 2) return values;
  text = text.substr(1, text.size() - 2);
  std::optional<std::string> value;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ',' && !is_quoted) {
      values.push_back(std::move(value));
      value.reset();
      continue;
    }
    if (!value) value.emplace();
    if (c == '"' && is_quoted && i + 1 < text.size() && text[i + 1] == '"')
      value->push_back(text[++i]);
    else if (c == '"')
      is_quoted = !is_quoted;
    else if (c == '\\' && i + 1 < text.size())
      value->push_back(text[++i]);
    else
      value->push_back(c);
  }
  values.push_back(std::move(value));
  return values;
}

std::vector<RowChange> read_changes(postgres::Session& session, const std::string& rows_table, const FixTableRow& table,
                                    std::size_t limit) {
  const KeptRows kept(session, rows_table, table);
  std::vector<std::string> order;
  const std::vector<std::string> before = identity_of(table, "b."), after = identity_of(table, "a.");
  for (std::size_t i = 0; i < before.size(); ++i) order.push_back(fmt::format("coalesce({}, {})", before[i], after[i]));
  const postgres::Result rows = session.query(fmt::format(
      "{}SELECT CASE WHEN b.waxwing_kind IS NOT NULL THEN {}::text END, CASE WHEN a.waxwing_kind IS NOT NULL THEN "
      "{}::text END FROM {} WHERE {}{} LIMIT {}",
      kept.with(), record_sql(table, "b"), record_sql(table, "a"), kept.pairs(), kept.differs(),
      table.rows() <= few ? " ORDER BY " + base::join(order, ", ") : "", limit));
  std::vector<RowChange> changes;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    changes.push_back(change_of(table, rows.optional_text(i, 0), rows.optional_text(i, 1)));
  return changes;
}

}  // namespace migrate
