// The operation op.alter_column: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/table_operations.hpp"

namespace operations {

namespace {

/// One ALTER TABLE for all sides: one lock and one pass over the rows. The default goes before the type and comes back
/// after it only where both change, since PostgreSQL would have to cast the old one. What the planner knew of a column
/// is lost with its type, and autovacuum does not see that.
std::vector<std::string> to_statements(const AlterColumn& op) {
  const ColumnChange& change = op.change;
  const std::string table = quote_qualified(op.schema, op.table), column = quote_identifier(op.name);
  std::vector<std::string> actions;
  const auto act = [&](const std::string& action) { actions.push_back("ALTER COLUMN " + column + " " + action); };
  if (change.default_value && (change.type || !*change.default_value)) act("DROP DEFAULT");
  if (change.generated && !*change.generated) act("DROP EXPRESSION");
  if (change.identity && !*change.identity) act("DROP IDENTITY");
  if (change.type) {
    std::string action = "TYPE " + *change.type;
    if (!change.collation.empty()) action += " COLLATE " + quote_identifier(change.collation);
    if (!change.using_expression.empty()) action += " USING " + change.using_expression;
    act(action);
  }
  if (change.default_value && *change.default_value) act("SET DEFAULT " + (*change.default_value)->sql);
  if (change.not_null) act(*change.not_null ? "SET NOT NULL" : "DROP NOT NULL");
  if (change.identity && *change.identity) act("ADD GENERATED " + base::upper(**change.identity) + " AS IDENTITY");
  std::vector<std::string> statements;
  if (!actions.empty()) statements.push_back(fmt::format("ALTER TABLE {} {}", table, base::join(actions, ", ")));
  if (change.type) statements.push_back(fmt::format("ANALYZE {} ({})", table, column));
  if (change.comment) statements.push_back(comment_on(fmt::format("COLUMN {}.{}", table, column), *change.comment));
  return statements;
}

std::string problem_of(const AlterColumn& op) {
  const ColumnChange& change = op.change;
  if (!change.type && !change.not_null && !change.default_value && !change.identity && !change.generated &&
      !change.comment)
    return "nothing to change; give type, not_null, default, identity, generated or comment";
  if (!change.type && !change.using_expression.empty()) return "using goes with type";
  if (!change.type && !change.collation.empty()) return "collation goes with type: PostgreSQL sets both at once";
  if (change.generated && *change.generated)
    return "generated can only be taken away (db.null); PostgreSQL has no way to make a column generated, so drop and "
           "add it";
  return {};
}

/// The way back is exact when `was` has every side that changed.
std::optional<AlterColumn> to_reverse(const AlterColumn& op) {
  if (!op.was || op.change.generated) return std::nullopt;
  const ColumnChange& change = op.change;
  const ColumnChange& was = *op.was;
  if ((change.type && !was.type) || (change.not_null && !was.not_null) ||
      (change.default_value && !was.default_value) || (change.identity && !was.identity) ||
      (change.comment && !was.comment))
    return std::nullopt;
  return AlterColumn{.schema = op.schema, .table = op.table, .name = op.name, .change = was, .was = change};
}

}  // namespace

const Fields<ColumnChange>& ColumnChange::fields() {
  using Self = ColumnChange;
  static const auto list =
      Fields<Self>()
          .optional("type", &Self::type, "New SQL type.")
          .optional("using", &Self::using_expression,
                    "SQL expression that makes the new value of the old: `code::integer`.")
          .optional("collation", &Self::collation, "Collation of the new type.")
          .optional("not_null", &Self::not_null, "true rejects nulls from now on, false allows them.")
          .optional("default", &Self::default_value,
                    "New default, an SQL expression (a text with its quotes); db.null drops it.")
          .optional("identity", &Self::identity, "Numbers new rows by itself; db.null stops that.")
          .one_of({"always", "by default"})
          .optional("generated", &Self::generated, "db.null makes a generated column an ordinary one; its values stay.")
          .optional("comment", &Self::comment, "New comment; db.null removes it.");
  return list;
}

const Definition<AlterColumn>& AlterColumn::definition() {
  using Self = AlterColumn;
  static const auto alter_column =
      operation<Self>("alter_column", "Changes the type, nullability, default, identity or comment of a column.")
          .required("table", &Self::table, "Table to alter.")
          .required("name", &Self::name, "Column to change.")
          .include(&Self::change)
          .optional("was", &Self::was, "What the changed keys were before, so that the change can be undone.")
          .optional("schema", &Self::schema, schema_doc)
          .check(problem_of)
          .example(R"(op.alter_column { table = "orders", name = "code", type = "integer", using = "code::integer" })")
          .describe([](const Self& op) {
            return fmt::format("alter column \"{}\" of {}", op.name, shown(op.schema, op.table));
          })
          .sql(to_statements)
          .reverse(to_reverse);
  return alter_column;
}

}  // namespace operations
