// The operation op.rename_column: its keys, its SQL and what undoes it. Online the column has both names for a while.
#include "base/error.hpp"
#include "operations/key_change.hpp"
#include "operations/online_operations.hpp"
#include "operations/online_phases.hpp"
#include "operations/sql.hpp"
#include "operations/table_operations.hpp"

namespace operations {

using postgres::Session;

namespace {

/// The column, its type and default; whether that is the same value in each row; and whether the new name is free. A
/// default is kept as a tree, in which every function has its number.
constexpr const char* column_sql = R"sql(
SELECT c.oid::text, format('%I.%I', n.nspname, c.relname), n.nspname::text, c.relname::text, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid),
  a.attidentity = '' AND d.adbin::text !~ 'SQLVALUEFUNCTION|NEXTVALUEEXPR' AND NOT EXISTS (SELECT FROM regexp_matches(d.adbin::text, ':(?:op)?funcid (\d+)', 'g') m(number)
    JOIN pg_proc p ON p.oid = m.number[1]::oid WHERE p.provolatile <> 'i'),
  a.attidentity <> '' OR d.adbin IS NOT NULL,
  EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = $3::name AND NOT o.attisdropped), EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = $4::name AND NOT o.attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''
WHERE c.oid = $1::oid AND a.attname = $2::name AND a.attnum > 0 AND NOT a.attisdropped
)sql";

base::Error refused(const RenameColumn& op, const std::string& reason) {
  return base::Error(base::code::bad_argument,
                     fmt::format("op.rename_column: {} {}", shown(op.schema, op.table), reason));
}

}  // namespace

OnlinePlan online_plan_of(Session& session, const RenameColumn& op) {
  // Resolved with the script's own search_path.
  const postgres::Result table = session.query("SELECT pg_catalog.to_regclass($1)::pg_catalog.oid::text",
                                               {{quote_qualified(op.schema, op.table), postgres::oid::text}});
  if (!table.optional_text(0, 0)) throw refused(op, "is not there");
  OnlinePlan plan;
  OnlineChange& change = plan.change;
  with_catalogue_path(session, [&] {
    const postgres::Result found =
        session.query(column_sql, {{table.text(0, 0)}, {op.name}, {op.to}, {OnlineChange::twin_after(op.name, false)}});
    if (found.empty()) throw refused(op, fmt::format("has no column \"{}\"", op.name));
    for (const auto& [column, name] : {std::pair{8, op.to}, std::pair{9, OnlineChange::twin_after(op.name, false)}})
      if (found.boolean(0, column)) throw refused(op, fmt::format("has a column \"{}\" already", name));
    TwinColumn twin;
    twin.table_oid = found.text(0, 0);
    twin.table = found.text(0, 1);
    twin.schema_name = found.text(0, 2);
    twin.table_name = found.text(0, 3);
    twin.name = op.name;
    twin.old_type = twin.new_type = found.text(0, 4);
    twin.first = twin.again = twin.back = quote_identifier(op.name);
    twin.present = quote_identifier(op.name) + " IS NOT NULL";
    const std::string written = quote_identifier(op.to), other = quote_identifier(op.name);
    if (!found.boolean(0, 7)) {
      twin.new_name_leads = fmt::format("NEW.{} IS NOT NULL OR NEW.{} IS NULL", written, other);
    } else if (found.boolean(0, 6)) {
      // Each name has the default, so what is not the default was written.
      twin.default_sql = fmt::format("({})::{}", found.text(0, 5), twin.old_type);
      twin.new_name_leads = fmt::format("pg_catalog.record_image_ne(ROW(NEW.{}), ROW({}))", written, twin.default_sql);
    } else {
      // Only the new name has the default: where the old one has a value, this was written.
      twin.new_name_leads = fmt::format("NEW.{} IS NULL", other);
    }
    change.schema = twin.schema_name;
    change.table = twin.table_name;
    change.column = twin.name;
    change.renamed_to = op.to;
    change.columns = {std::move(twin)};
  });
  return plan;
}

const Definition<RenameColumn>& RenameColumn::definition() {
  using Self = RenameColumn;
  static const auto rename_column =
      operation<Self>("rename_column",
                      "Renames a column; everything that uses it follows, except the text of functions. With `online` "
                      "it has both names until op.contract_column_change.")
          .required("table", &Self::table, "Table to alter.")
          .required("name", &Self::name, "Column to rename.")
          .required("to", &Self::to, "New name.")
          .optional("online", &Self::online,
                    "Applications may read and write either name until the contract: a second column is kept in step.")
          .optional("schema", &Self::schema, schema_doc)
          .needs_no_transaction([](const Self& op) { return op.online; })
          .example(R"(op.rename_column { table = "orders", name = "note", to = "remark" })")
          .describe([](const Self& op) {
            return fmt::format("rename column \"{}\" of {} to \"{}\"", op.name, shown(op.schema, op.table), op.to);
          })
          .sql([](const Self& op) -> std::vector<std::string> {
            if (op.online) return needs_live_database("rename_column");
            return {fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", quote_qualified(op.schema, op.table),
                                quote_identifier(op.name), quote_identifier(op.to))};
          })
          .run([](const Self& op, Session& session, Notes& notes) {
            if (!op.online) return send(*make_operation(op), session);
            if (!session.is_live()) needs_live_database("rename_column");
            expand_online(session, notes, "rename_column", [&] { return online_plan_of(session, op); });
          })
          .reverse([](const Self& op) -> std::unique_ptr<Operation> {
            if (op.online)
              return make_operation(AbortColumnChange{.schema = op.schema, .table = op.table, .column = op.name});
            return make_operation(Self{.schema = op.schema, .table = op.table, .name = op.to, .to = op.name});
          });
  return rename_column;
}

}  // namespace operations
