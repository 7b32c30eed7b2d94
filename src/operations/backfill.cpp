// The operation op.backfill: its keys, its batches and its plain loop.
#include "operations/backfill.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "operations/sql.hpp"
#include "postgres/parse_tree.hpp"

namespace operations {

using base::Error;
namespace code = base::code;

namespace {

Pace pace_of(const Backfill& op) { return {op.batch_rows, op.target_ms, op.pause_ms, op.max_lag_s, {}}; }

/// `UPDATE "orders" SET ... WHERE (...)`; the line end closes a comment at the end of the author's text.
std::string update_sql(const Backfill& op) {
  return fmt::format(
      "UPDATE {} SET {}{}", quote_qualified(op.schema, op.table), op.set,
      op.where.empty() ? ""
                       : (op.set.find("--") == std::string::npos ? " WHERE " : "\nWHERE ") + in_parentheses(op.where));
}

/// A key that is changed moves the row to where it may be met again.
void refuse_key_change(const Backfill& op, const RowKey& key) {
  const auto [type, update] = postgres::tree::only_node(update_sql(op));
  if (type != "UpdateStmt") return;
  for (const auto& target : postgres::tree::member(update, "targetList")) {
    const std::string name = postgres::tree::text(postgres::tree::member(target, "ResTarget"), "name");
    for (const RowKeyColumn& column : key.columns())
      if (column.name == name)
        throw Error(code::bad_batches, fmt::format("op.backfill: set changes \"{}\", which the batches follow", name))
            .because("a row whose key is changed may be met again, or never")
            .advise(R"(follow another unique key: key = { "..." })");
  }
}

/// One column of each name, with something before and behind it: "waxwing_last_1, waxwing_last_2".
std::string variables(const char* name, std::size_t count) {
  std::string list;
  for (std::size_t i = 1; i <= count; ++i) list += fmt::format("{}waxwing_{}_{}", i == 1 ? "" : ", ", name, i);
  return list;
}

/// A pass of the plain loop: finds the last key of the next page, and changes the rows up to it.
std::string pass_sql(const Backfill& op, bool is_first) {
  const std::string keys = quoted_list(op.key), table = quote_qualified(op.schema, op.table);
  std::string descending = keys;
  if (op.key.size() > 0) {
    descending.clear();
    for (const std::string& name : op.key)
      descending += (descending.empty() ? "" : ", ") + quote_identifier(name) + " DESC";
  }
  const std::string behind = is_first ? "" : fmt::format("({}) > ({})", keys, variables("last", op.key.size()));
  return fmt::format(
      "      SELECT {0} INTO {1} FROM (SELECT {0} FROM {2}{3} ORDER BY {0} LIMIT {4}) AS page ORDER BY {5} LIMIT 1;\n"
      "      EXIT WHEN NOT FOUND;\n"
      "      UPDATE {2} SET {6}\n      WHERE {7}({0}) <= ({1}){8};\n",
      keys, variables("high", op.key.size()), table, is_first ? "" : " WHERE " + behind, op.batch_rows, descending,
      op.set, is_first ? "" : behind + " AND ", op.where.empty() ? "" : " AND " + in_parentheses(op.where));
}

std::string problem_of(const Backfill& op) {
  if (base::trim(op.set).empty()) return "set: says what to change, as UPDATE does: \"total = price * quantity\"";
  return pace_of(op).problem();
}

}  // namespace

BackfillWork::BackfillWork(const Backfill& op) : op_(op), pace_(pace_of(op)) {}

std::string BackfillWork::statement() const {
  return update_sql(op_) +
         (op_.key.empty() ? " /* in batches */" : fmt::format(" /* in batches by {} */", shown_columns(op_.key)));
}

std::string BackfillWork::table_name() const { return op_.schema.empty() ? op_.table : op_.schema + "." + op_.table; }

RowKey BackfillWork::find_key(postgres::Session& session) const {
  return RowKey::find(session, op_.schema, op_.table, op_.key);
}

void BackfillWork::prepare(postgres::Session& session) const {
  const RowKey key = find_key(session);
  refuse_key_change(op_, key);
  // The author's SQL is refused where it stands, with a caret, and not inside of a batch.
  session.query("EXPLAIN " + update_sql(op_));
}

postgres::Result BackfillWork::do_batch(const BatchStep& step) {
  return op_.where.empty() ? change_all(step) : change_matching(step);
}

/// The server counts what an UPDATE changes by itself; looking at each changed row takes five to ten percent more time.
postgres::Result BackfillWork::change_all(const BatchStep& step) {
  postgres::Session& connection = step.place.connection;
  const std::string statement = fmt::format(
      "WITH {}, waxwing_advanced AS ({}) UPDATE {} SET {}\n WHERE {}", step.key.end_sql(step.kept_last, step.size),
      step.advance_sql("(SELECT keys FROM waxwing_passed)", "0::bigint", step.key.end_as_text_sql()), step.key.table(),
      op_.set, step.key.up_to_end_sql(step.kept_last));
  const postgres::Result changed = connection.query(step.begin_sql + step.repeated.execute_sql(statement));
  return connection.query(fmt::format("UPDATE {} SET rows_done = rows_done + {}::bigint WHERE {}; {}", step.checkpoint,
                                      changed.affected_rows(), step.condition, step.commit_sql));
}

/// Refuses rows that still match after they were changed: another sweep would change them twice.
postgres::Result BackfillWork::change_matching(const BatchStep& step) {
  const std::string where = in_parentheses(op_.where);
  const std::string statement = fmt::format(
      "WITH {}, waxwing_changed AS (UPDATE {} SET {}\n WHERE {} AND {} RETURNING {} IS NOT TRUE AS is_done), "
      "waxwing_sum AS MATERIALIZED (SELECT pg_catalog.count(*) AS rows, pg_catalog.bool_and(is_done) AS is_done FROM "
      "waxwing_changed) {} AND CASE WHEN (SELECT is_done FROM waxwing_sum) IS FALSE THEN '{}' ELSE 'true' "
      "END::boolean",
      step.key.end_sql(step.kept_last, step.size), step.key.table(), op_.set, step.key.up_to_end_sql(step.kept_last),
      where, where,
      step.advance_sql("(SELECT keys FROM waxwing_passed)", "(SELECT rows FROM waxwing_sum)",
                       step.key.end_as_text_sql()),
      still_matches);
  return step.place.connection.query(step.begin_sql + step.repeated.execute_sql(statement) + "; " + step.commit_sql);
}

std::vector<std::string> BackfillWork::script() const {
  if (op_.key.empty())
    throw Error(code::needs_database,
                fmt::format("op.backfill: the key of \"{}\" is not known without a database", table_name()))
        .advise(R"(name it: key = { "id" })");
  std::string tag = "$backfill$";
  while (statement().find(tag) != std::string::npos) tag.insert(1, "_");
  std::string declarations;
  for (const char* name : {"last", "high"})
    for (std::size_t i = 0; i < op_.key.size(); ++i)
      declarations += fmt::format("  waxwing_{}_{} {}.{}%TYPE;\n", name, i + 1, quote_qualified(op_.schema, op_.table),
                                  quote_identifier(op_.key[i]));
  std::string next;
  for (std::size_t i = 1; i <= op_.key.size(); ++i)
    next += fmt::format("    waxwing_last_{0} := waxwing_high_{0};\n", i);
  return {
      fmt::format("DO {0}\nDECLARE\n{1}BEGIN\n  LOOP\n    IF waxwing_last_1 IS NULL THEN\n{2}    ELSE\n{3}    END "
                  "IF;\n{4}    COMMIT;\n  END LOOP;\nEND\n{0}",
                  tag, declarations, pass_sql(op_, true), pass_sql(op_, false), next)};
}

long long run_backfill(postgres::Session& session, const Backfill& backfill) {
  BackfillWork work(backfill);
  const postgres::Result result = session.run_batches(work);
  return result.empty() ? 0 : result.integer(0, 0);
}

const Definition<Backfill>& Backfill::definition() {
  using Self = Backfill;
  static const auto backfill =
      operation<Self>("backfill",
                      "Changes rows in batches that commit by themselves, and goes on behind the last one after an "
                      "interruption.")
          .required("table", &Self::table, "Table to change.")
          .required("set", &Self::set, "What to change, as UPDATE says it: `total = price * quantity`.")
          .optional("where", &Self::where,
                    "SQL condition of the rows that are meant; false for a row as soon as `set` is done.")
          .optional("key", &Self::key, "Columns of a unique key without NULLs to go by; the primary key when left out.")
          .optional("batch_rows", &Self::batch_rows, "Rows of the first batch, 1000 when left out.")
          .optional("target_ms", &Self::target_ms,
                    "How long a batch should take, 200 when left out; 0 keeps the number of rows as it is.")
          .optional("pause_ms", &Self::pause_ms, "Pause between two batches.")
          .optional("max_lag_s", &Self::max_lag_s, "Wait while a standby is more than this many seconds behind.")
          .optional("schema", &Self::schema, schema_doc)
          .check(problem_of)
          .needs_no_transaction([](const Self&) { return true; })
          .example(R"(op.backfill {
  table = "orders",
  set = "total = price * quantity",
  where = "total is null",
  key = { "id" },
})")
          .describe([](const Self& op) { return fmt::format("backfill {}", shown(op.schema, op.table)); })
          .sql([](const Self& op) { return BackfillWork(op).script(); })
          .run([](const Self& op, postgres::Session& session, Notes&) { run_backfill(session, op); });
  return backfill;
}

}  // namespace operations
