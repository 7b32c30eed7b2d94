// One GROUP BY with the equality that a unique index uses.
#include "schema/duplicates.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace schema {

namespace {

bool is_expression(const std::string& column) { return column.find('(') != std::string::npos; }

std::string condition_of(const DuplicateQuestion& question, const std::vector<std::string>& keys) {
  std::vector<std::string> conditions;
  if (!question.where.empty()) conditions.push_back("(" + question.where + ")");
  if (!question.nulls_not_distinct)
    for (const std::string& key : keys) conditions.push_back(key + " IS NOT NULL");
  return conditions.empty() ? "" : " WHERE " + base::join(conditions, " AND ");
}

std::vector<std::vector<std::string>> ids_of(const std::string& text) {
  std::vector<std::vector<std::string>> ids;
  for (const auto& row : nlohmann::json::parse(text))
    ids.push_back(nlohmann::json::parse(row.get<std::string>()).get<std::vector<std::string>>());
  return ids;
}

}  // namespace

Duplicates find_duplicates(postgres::Session& session, const DuplicateQuestion& question) {
  const std::vector<ColumnType> columns = column_types(session, question.relation);
  std::vector<std::string> keys;
  for (const std::string& each : question.columns)
    keys.push_back(is_expression(each)
                       ? "(" + each + ")"
                       : postgres::format_identifier(find_column(columns, question.relation, each).name));
  Duplicates found;
  found.key = primary_key(session, question.relation);
  if (found.key.empty()) found.key = {question.relation.kind == 'v' ? "" : "ctid"};
  const bool has_ids = !found.key.front().empty();
  if (!has_ids) found.key.clear();

  std::vector<std::string> shown, id_columns, id_texts;
  for (const std::string& key : keys) shown.push_back(key + "::text");
  for (const std::string& name : found.key) {
    id_columns.push_back(postgres::quote_identifier(name));
    id_texts.push_back(id_columns.back() + "::text");
  }
  const std::string ids =
      has_ids ? fmt::format(
                    "pg_catalog.array_to_json((pg_catalog.array_agg(pg_catalog.json_build_array({})::text ORDER "
                    "BY {}))[1:{}])::text",
                    base::join(id_texts, ", "), base::join(id_columns, ", "), question.most_ids)
              : "'[]'";
  const std::string list = base::join(keys, ", ");
  const std::string condition = condition_of(question, keys);
  const postgres::Result rows = session.query(fmt::format(
      "SELECT {}, pg_catalog.count(*), pg_catalog.count(*) OVER (), pg_catalog.sum(pg_catalog.count(*)) OVER "
      "()::bigint, {} FROM {}{} GROUP BY {} HAVING pg_catalog.count(*) > 1 ORDER BY pg_catalog.count(*) "
      "DESC, {} LIMIT {}",
      base::join(shown, ", "), ids, question.relation.from(), condition, list, list,
      std::max<std::size_t>(question.most_groups, 1)));
  const std::size_t after = keys.size();
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    found.group_count = rows.integer(i, after + 1);
    found.row_count = rows.integer(i, after + 2);
    DuplicateGroup group;
    for (std::size_t k = 0; k < after; ++k) group.values.push_back(rows.optional_text(i, k));
    group.rows = rows.integer(i, after);
    group.ids = ids_of(rows.text(i, after + 3));
    if (found.groups.size() < question.most_groups) found.groups.push_back(std::move(group));
  }
  found.sql = fmt::format("SELECT {}, count(*) FROM {}{} GROUP BY {} HAVING count(*) > 1", list,
                          question.relation.shown, condition, list);
  return found;
}

}  // namespace schema
