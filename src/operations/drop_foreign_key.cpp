// The operation op.drop_foreign_key: its keys, its SQL and what undoes it.
#include <algorithm>

#include "base/error.hpp"
#include "operations/constraint_lookup.hpp"
#include "operations/constraint_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

std::string statement(const DropForeignKey& op, const std::string& name) {
  return fmt::format("ALTER TABLE {} DROP CONSTRAINT{} {}", quote_qualified(op.schema, op.table),
                     if_exists_sql(op.if_exists), quote_identifier(name));
}

std::string wanted(const DropForeignKey& op) {
  if (!op.name.empty()) return fmt::format("\"{}\"", op.name);
  return "on " + shown_columns(op.columns) + (op.references.empty() ? "" : " that references " + op.references);
}

/// For a script without a database: the server looks the name up when the script runs. STRICT refuses none and several.
std::string lookup_block(const DropForeignKey& op) {
  const std::string table = quote_literal(quote_qualified(op.schema, op.table));
  std::vector<std::string> columns;
  for (const std::string& column : op.columns) columns.push_back(quote_literal(column));
  std::string condition = fmt::format(
      "contype = 'f' AND conrelid = {}::regclass::oid AND (SELECT array_agg(attname::text) FROM "
      "pg_catalog.pg_attribute "
      "WHERE attrelid = conrelid AND attnum = ANY (conkey)) <@ ARRAY[{}] AND cardinality(conkey) = {}",
      table, base::join(columns, ", "), columns.size());
  if (!op.references.empty())
    condition += fmt::format(" AND confrelid = {}::regclass::oid", quote_literal(quote_qualified("", op.references)));
  const std::string body = fmt::format(
      "\nDECLARE\n  name text;\nBEGIN\n  SELECT conname INTO {}name FROM pg_catalog.pg_constraint\n  WHERE {};\n{}  "
      "EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', {}, name);\nEND ",
      op.if_exists ? "" : "STRICT ", condition, op.if_exists ? "  IF name IS NULL THEN RETURN; END IF;\n" : "", table);
  return body.find("$waxwing$") == std::string::npos ? "DO $waxwing$" + body + "$waxwing$"
                                                     : "DO " + quote_literal(body);
}

std::string to_statement(const DropForeignKey& op) {
  return op.name.empty() ? lookup_block(op) : statement(op, op.name);
}

bool fits(const ConstraintRow& row, const DropForeignKey& op) {
  if (!row.is_foreign_key) return false;
  if (!op.name.empty()) return row.name == op.name;
  return std::is_permutation(row.columns.begin(), row.columns.end(), op.columns.begin(), op.columns.end()) &&
         (op.references.empty() || row.references == op.references);
}

void run(const DropForeignKey& op, postgres::Session& session, Notes& notes) {
  if (!session.is_live()) return session.execute(to_statement(op));
  const std::vector<ConstraintRow> all = read_constraints(session, op.schema, op.table);
  std::vector<ConstraintRow> fitting, foreign_keys;
  for (const ConstraintRow& row : all) {
    if (fits(row, op)) fitting.push_back(row);
    if (row.is_foreign_key) foreign_keys.push_back(row);
  }
  const std::string table = shown(op.schema, op.table);
  if (fitting.size() > 1)
    throw base::Error(base::code::ambiguous_constraint,
                      fmt::format("op.drop_foreign_key: {} has {} foreign keys {}", table, fitting.size(), wanted(op)))
        .because("they are " + listed(fitting))
        .advise(fmt::format("name the one that is meant: op.drop_foreign_key {{ table = \"{}\", name = \"{}\" }}",
                            op.table, fitting.front().name));
  if (fitting.empty()) {
    if (op.if_exists) return;
    std::vector<std::string> names;
    for (const ConstraintRow& row : foreign_keys) names.push_back(row.name);
    throw base::Error(base::code::constraint_not_found,
                      fmt::format("op.drop_foreign_key: {} has no foreign key {}{}", table, wanted(op),
                                  op.name.empty() ? "" : base::did_you_mean_suffix(op.name, names)))
        .because(foreign_keys.empty() ? "the table has no foreign keys, or there is no such table"
                                      : "its foreign keys are " + listed(foreign_keys));
  }
  if (op.name.empty())
    notes.note(fmt::format("drop_foreign_key {}.{} is {}", op.table, shown_columns(op.columns), fitting.front().name));
  session.execute(statement(op, fitting.front().name));
}

}  // namespace

const Definition<DropForeignKey>& DropForeignKey::definition() {
  using Self = DropForeignKey;
  static const auto drop_foreign_key =
      operation<Self>("drop_foreign_key",
                      "Drops a foreign key by its name, or by its columns: then the name is looked up, not guessed.")
          .required("table", &Self::table, "Table that references another.")
          .optional("columns", &Self::columns, "The referencing columns.")
          .optional("references", &Self::references,
                    "The referenced table, where several foreign keys have these columns.")
          .optional("name", &Self::name, "The constraint, in place of columns.")
          .optional("schema", &Self::schema, schema_doc)
          .optional("if_exists", &Self::if_exists, "Does nothing when there is no such foreign key.")
          .check([](const Self& op) -> std::string {
            return op.name.empty() == op.columns.empty() ? "give either columns or name" : "";
          })
          .example(R"(op.drop_foreign_key { table = "assignments", columns = "book_id" })")
          .describe([](const Self& op) {
            return fmt::format("drop foreign key {} of {}", wanted(op), shown(op.schema, op.table));
          })
          .sql(to_statement)
          .run(run);
  return drop_foreign_key;
}

}  // namespace operations
