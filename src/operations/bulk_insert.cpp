// The operation op.bulk_insert: its keys, its SQL and what undoes it.
#include <algorithm>

#include "operations/data_operations.hpp"
#include "operations/parameters.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

/// The protocol counts parameters in 16 bits; fewer rows at a time keep a message small.
constexpr std::size_t most_parameters = 65535, most_rows = 1000;

/// Given, or all keys that occur. A script's table has no order, so these are sorted.
Names columns_of(const BulkInsert& op) {
  if (!op.columns.empty()) return op.columns;
  Names columns;
  for (const base::Value& row : op.rows)
    if (const auto* map = row.get_if<base::Map>())
      for (const auto& [key, value] : *map) columns.push_back(key);
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

/// "($1, $2, DEFAULT)": a key that a row does not have takes the column's default.
std::string row_sql(const base::Value& row, const Names& columns, postgres::Parameters& parameters) {
  std::string sql;
  const auto* list = row.get_if<base::List>();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const base::Value* value = list ? (i < list->size() ? &(*list)[i] : nullptr) : row.find(columns[i]);
    if (value && !value->is_nil()) parameters.push_back(parameter_of(*value));
    sql += (sql.empty() ? "" : ", ") +
           (value && !value->is_nil() ? "$" + std::to_string(parameters.size()) : std::string("DEFAULT"));
  }
  return "(" + sql + ")";
}

void run(const BulkInsert& op, postgres::Session& session) {
  const Names columns = columns_of(op);
  const std::size_t step =
      std::clamp<std::size_t>(most_parameters / std::max<std::size_t>(columns.size(), 1), 1, most_rows);
  for (std::size_t first = 0; first < op.rows.size(); first += step) {
    postgres::Parameters parameters;
    std::string values;
    for (std::size_t i = first; i < std::min(first + step, op.rows.size()); ++i)
      values += (values.empty() ? "" : ", ") + row_sql(op.rows[i], columns, parameters);
    session.execute(
        fmt::format("INSERT INTO {} ({}){} VALUES {}{}", quote_qualified(op.schema, op.table), quoted_list(columns),
                    op.overriding.empty() ? "" : " OVERRIDING " + base::upper(op.overriding) + " VALUE", values,
                    when(!op.on_conflict.empty(), "ON CONFLICT DO NOTHING")),
        parameters);
  }
}

std::string problem_of(const BulkInsert& op) {
  for (std::size_t i = 0; i < op.rows.size(); ++i) {
    const auto* list = op.rows[i].get_if<base::List>();
    const auto* map = op.rows[i].get_if<base::Map>();
    const std::string row = fmt::format("rows[{}]: ", i + 1);
    if (!list && !map) return fmt::format("{}expected table, got {}", row, op.rows[i].type_name());
    if (list && op.columns.empty())
      return row + "has no keys; give columns = { ... }, or name the values: { column = value }";
    if (list && list->size() > op.columns.size())
      return fmt::format("{}has {} values for {}", row, list->size(),
                         base::count_of(static_cast<long long>(op.columns.size()), "column"));
    if (map && !op.columns.empty())
      for (const auto& [key, value] : *map)
        if (std::find(op.columns.begin(), op.columns.end(), key) == op.columns.end())
          return fmt::format("{}\"{}\" is not among columns{}", row, key, base::did_you_mean_suffix(key, op.columns));
  }
  return !op.rows.empty() && columns_of(op).empty() ? "rows: none of them has a key" : "";
}

}  // namespace

const Definition<BulkInsert>& BulkInsert::definition() {
  using Self = BulkInsert;
  static const auto bulk_insert =
      operation<Self>("bulk_insert", "Inserts rows, many in one statement. Values are sent as parameters.")
          .required("table", &Self::table, "Table to fill.")
          .required("rows", &Self::rows,
                    "Rows: tables by column, or lists with columns. A key left out takes the default, db.null is NULL.")
          .optional("columns", &Self::columns, "Columns and their order, for rows that are lists.")
          .optional("on_conflict", &Self::on_conflict, "`nothing` leaves out rows that a unique key refuses.")
          .one_of({"nothing"})
          .optional("overriding", &Self::overriding,
                    "`system` gives values to an identity column that is always generated; `user` ignores them.")
          .one_of({"system", "user"})
          .optional("schema", &Self::schema, schema_doc)
          .check(problem_of)
          .example(
              R"(op.bulk_insert { table = "colours", rows = { { id = 1, name = "red" }, { id = 2, name = "blue" } } })")
          .describe([](const Self& op) {
            return fmt::format("insert {} into {}", base::count_of(static_cast<long long>(op.rows.size()), "row"),
                               shown(op.schema, op.table));
          })
          .sql([](const Self& op) { return record([&op](postgres::Session& session) { run(op, session); }); })
          .run([](const Self& op, postgres::Session& session, Notes&) { run(op, session); });
  return bulk_insert;
}

}  // namespace operations
