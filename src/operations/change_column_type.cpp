// The operations op.change_column_type, op.contract_column_change and op.abort_column_change.
#include "base/error.hpp"
#include "operations/key_change.hpp"
#include "operations/key_target.hpp"
#include "operations/online_operations.hpp"
#include "operations/online_parts.hpp"
#include "operations/online_phases.hpp"
#include "operations/sql.hpp"
#include "operations/table_operations.hpp"

namespace operations {

using postgres::Session;

namespace {

constexpr const char* column_doc = "The column.";

/// The column as it is now.
KeyColumn read_column(Session& session, const ChangeColumnType& op) {
  const std::string table = quote_qualified(op.schema, op.table);
  const postgres::Result found = session.query(
      "SELECT c.oid::text, pg_catalog.format('%I.%I', n.nspname, c.relname), n.nspname::text, c.relname::text, "
      "pg_catalog.format_type(a.atttypid, a.atttypmod), pg_catalog.pg_get_expr(d.adbin, d.adrelid), "
      "a.attidentity::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN "
      "pg_catalog.pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND "
      "d.adnum = a.attnum WHERE c.oid = pg_catalog.to_regclass($1)::pg_catalog.oid AND a.attname::text = $2 AND "
      "a.attnum > 0::pg_catalog.int2 AND NOT a.attisdropped",
      {{table, postgres::oid::text}, {op.column, postgres::oid::text}});
  if (found.empty())
    throw base::Error(base::code::bad_argument, fmt::format("op.change_column_type: there is no column \"{}\" of {}",
                                                            op.column, shown(op.schema, op.table)));
  KeyColumn column;
  column.table_oid = found.text(0, 0);
  column.table = found.text(0, 1);
  column.schema_name = found.text(0, 2);
  column.table_name = found.text(0, 3);
  column.name = op.column;
  column.type = found.text(0, 4);
  column.default_sql = found.text(0, 5);
  column.identity = found.text(0, 6);
  return column;
}

/// The author's SQL is refused where it stands: it may speak of the column alone.
void try_expression(Session& session, const std::string& expression, const KeyColumn& column, const std::string& type) {
  session.query(fmt::format("EXPLAIN SELECT {} FROM (SELECT NULL::{} AS {}) AS {}", expression, type,
                            quote_identifier(column.name), quote_identifier(column.table_name)));
}

/// Offline it is one statement, and op.alter_column has it.
std::vector<std::string> offline_sql(const ChangeColumnType& op) {
  AlterColumn alter{.schema = op.schema, .table = op.table, .name = op.column};
  alter.change.type = op.to;
  alter.change.using_expression = op.using_expression;
  alter.change.default_value = op.default_value;
  return make_operation(std::move(alter))->sql();
}

}  // namespace

OnlinePlan online_plan_of(Session& session, const ChangeColumnType& op) {
  const KeyColumn column = read_column(session, op);
  const std::string to = canonical_type(session, op.to), name = quote_identifier(column.name);
  TwinColumn twin = twin_of(column, op.to);
  twin.first = op.using_expression.empty() ? name + "::" + op.to : fmt::format("({})::{}", op.using_expression, op.to);
  twin.again = twin.first;
  twin.back =
      op.reverse_using.empty() ? name + "::" + column.type : fmt::format("({})::{}", op.reverse_using, column.type);
  twin.present = fmt::format("({}) IS NOT NULL", twin.first);
  try_expression(session, twin.first, column, column.type);
  try_expression(session, twin.back, column, op.to);
  if (makes_keys(column) && !op.default_value) {
    if (!is_integer(to))
      throw base::Error(base::code::online_refused,
                        fmt::format("op.change_column_type: the sequence of {} makes no {}", column.shown(), op.to))
          .advise("default = what makes values from then on, or db.null for none");
    twin.moves_sequence = true;
  } else if (op.default_value) {
    twin.default_sql = *op.default_value ? (*op.default_value)->sql : "";
  } else if (!column.default_sql.empty()) {
    twin.default_sql = fmt::format("({})::{}", column.default_sql, op.to);
    session.query("EXPLAIN SELECT " + twin.default_sql);
  }
  OnlineChange change;
  change.schema = column.schema_name;
  change.table = column.table_name;
  change.column = column.name;
  change.columns = {twin};
  with_catalogue_path(session, [&] {
    for (const ForeignKeyPart& each : read_foreign_keys(session, change))
      throw base::Error(base::code::online_refused, fmt::format("op.change_column_type: {} is part of the foreign key "
                                                                "{} of {}",
                                                                column.shown(), each.name, each.table))
          .advise("op.retype_primary_key { strategy = \"online\" } changes a key with all that refers to it");
  });
  return {std::move(change), {}};
}

std::vector<std::string> needs_live_database(const std::string& operation) {
  throw base::Error(base::code::needs_database,
                    fmt::format("op.{} asks the database what stands on the columns", operation))
      .advise("run it on a database; --sql cannot write it down");
}

const Definition<ChangeColumnType>& ChangeColumnType::definition() {
  using Self = ChangeColumnType;
  static const auto change_column_type =
      operation<Self>("change_column_type",
                      "Changes the type of a column; with `online` while others read and write the table, with the old "
                      "column beside it until op.contract_column_change.")
          .required("table", &Self::table, "Table of the column.")
          .required("column", &Self::column, column_doc)
          .required("to", &Self::to, "New SQL type.")
          .optional("using", &Self::using_expression,
                    "SQL expression that makes the new value of the old; a cast when left out.")
          .optional("reverse_using", &Self::reverse_using,
                    "The other way, for what is written after the swap; a cast when both are left out.")
          .optional("default", &Self::default_value,
                    "Default after; the old one, cast, when left out; db.null for none.")
          .optional("online", &Self::online, "In the background, then a swap under one short lock.")
          .optional("schema", &Self::schema, schema_doc)
          .check([](const Self& op) -> std::string {
            if (!op.online) return op.reverse_using.empty() ? "" : "reverse_using goes with online";
            if (!op.using_expression.empty() && op.reverse_using.empty())
              return "online with using needs reverse_using: it keeps the old column in step after the swap";
            return {};
          })
          .needs_no_transaction([](const Self& op) { return op.online; })
          .example(R"(op.change_column_type { table = "orders", column = "number", to = "bigint", online = true })")
          .describe([](const Self& op) {
            return fmt::format("change the type of \"{}\" of {} to {}", op.column, shown(op.schema, op.table), op.to);
          })
          .sql([](const Self& op) { return op.online ? needs_live_database("change_column_type") : offline_sql(op); })
          .run([](const Self& op, Session& session, Notes& notes) {
            if (!op.online) {
              for (const std::string& each : offline_sql(op)) session.execute(each);
              return;
            }
            if (!session.is_live()) needs_live_database("change_column_type");
            expand_online(session, notes, "change_column_type", [&] { return online_plan_of(session, op); });
          })
          .reverse([](const Self& op) -> std::optional<AbortColumnChange> {
            if (!op.online) return std::nullopt;
            return AbortColumnChange{.schema = op.schema, .table = op.table, .column = op.column};
          });
  return change_column_type;
}

const Definition<ContractColumnChange>& ContractColumnChange::definition() {
  using Self = ContractColumnChange;
  static const auto contract_column_change =
      operation<Self>("contract_column_change",
                      "Ends an online change of a column: drops the old column, and the triggers that kept both in "
                      "step.")
          .required("table", &Self::table, "Table of the column.")
          .required("column", &Self::column, column_doc)
          .optional("schema", &Self::schema, schema_doc)
          .needs_no_transaction([](const Self&) { return true; })
          .example(R"(op.contract_column_change { table = "orders", column = "number" })")
          .describe([](const Self& op) {
            return fmt::format("contract the change of \"{}\" of {}", op.column, shown(op.schema, op.table));
          })
          .sql([](const Self&) { return needs_live_database("contract_column_change"); })
          .run([](const Self& op, Session& session, Notes& notes) {
            if (!session.is_live()) needs_live_database("contract_column_change");
            contract_online(session, notes,
                            online_change_of(session, "contract_column_change", op.schema, op.table, op.column));
          });
  return contract_column_change;
}

const Definition<AbortColumnChange>& AbortColumnChange::definition() {
  using Self = AbortColumnChange;
  static const auto abort_column_change =
      operation<Self>("abort_column_change",
                      "Takes an online change of a column back, with all that was written since: the undo of "
                      "op.change_column_type and op.rename_column with online = true, before the contract.")
          .required("table", &Self::table, "Table of the column.")
          .required("column", &Self::column, column_doc)
          .optional("if_exists", &Self::if_exists, "No error where no change is under way.")
          .optional("schema", &Self::schema, schema_doc)
          .needs_no_transaction([](const Self&) { return true; })
          .example(R"(op.abort_column_change { table = "orders", column = "number" })")
          .describe([](const Self& op) {
            return fmt::format("abort the change of \"{}\" of {}", op.column, shown(op.schema, op.table));
          })
          .sql([](const Self&) { return needs_live_database("abort_column_change"); })
          .run([](const Self& op, Session& session, Notes& notes) {
            if (!session.is_live()) needs_live_database("abort_column_change");
            if (op.if_exists && !find_online_change(session, quote_qualified(op.schema, op.table), op.column))
              return notes.note(fmt::format("no online change of {} is under way", shown(op.schema, op.table)));
            abort_online(session, notes,
                         online_change_of(session, "abort_column_change", op.schema, op.table, op.column));
          });
  return abort_column_change;
}

}  // namespace operations
