// The field lists of columns, constraints and index columns: what their tables in a script may hold.
#include "operations/sql.hpp"
#include "operations/table_parts.hpp"

namespace operations {

namespace {

std::vector<std::string> actions() { return {"no action", "restrict", "cascade", "set null", "set default"}; }
constexpr const char* deferrable_doc = "The check can be put off to the end of the transaction.";
constexpr const char* deferred_doc = "The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.";
constexpr const char* constraint_name_doc = "Name of the constraint; PostgreSQL chooses one when left out.";

}  // namespace

const Fields<Referenced>& Referenced::fields() {
  static const auto list =
      Fields<Referenced>()
          .optional("schema", &Referenced::schema, "Schema of the referenced table.")
          .required("table", &Referenced::table, "Referenced table.")
          .optional("columns", &Referenced::columns, "Referenced columns; its primary key when left out.");
  return list;
}

const Fields<ForeignKeyOptions>& ForeignKeyOptions::fields() {
  using Self = ForeignKeyOptions;
  static const auto list =
      Fields<Self>()
          .optional("on_delete", &Self::on_delete, "What happens when the referenced row is deleted.")
          .one_of(actions())
          .optional("on_delete_columns", &Self::on_delete_columns,
                    "With `set null` or `set default`: the columns to set, where not all (PostgreSQL 15).")
          .optional("on_update", &Self::on_update, "What happens when the referenced key changes.")
          .one_of(actions())
          .optional("match", &Self::match, "How a key with nulls is matched.")
          .one_of({"simple", "full"})
          .optional("deferrable", &Self::deferrable, deferrable_doc)
          .optional("initially_deferred", &Self::initially_deferred, deferred_doc)
          .optional("not_valid", &Self::not_valid, "Leaves rows that exist unchecked until op.validate_constraint.");
  return list;
}

const Fields<ForeignKey>& ForeignKey::fields() {
  static const auto list =
      Fields<ForeignKey>()
          .optional("name", &ForeignKey::name, constraint_name_doc)
          .required("columns", &ForeignKey::columns, "Referencing column, or list of columns.")
          .required("references", &ForeignKey::references, "Referenced table, or a table with its name and columns.")
          .include(&ForeignKey::options);
  return list;
}

const Fields<ColumnReference>& ColumnReference::fields() {
  using Self = ColumnReference;
  static const auto list = Fields<Self>()
                               .optional("schema", &Self::schema, "Schema of the referenced table.")
                               .required("table", &Self::table, "Referenced table.")
                               .optional("column", &Self::column, "Referenced column; its primary key when left out.")
                               .optional("name", &Self::name, constraint_name_doc)
                               .include(&Self::options);
  return list;
}

const Fields<Key>& Key::fields() {
  static const auto list =
      Fields<Key>()
          .optional("name", &Key::name, constraint_name_doc)
          .optional("columns", &Key::columns, "Column, or list of columns.")
          .optional("include", &Key::include, "Columns kept in the index without being part of the key.")
          .optional("deferrable", &Key::deferrable, deferrable_doc)
          .optional("initially_deferred", &Key::initially_deferred, deferred_doc)
          .optional("using_index", &Key::using_index,
                    "A unique index that becomes the constraint, in place of columns.");
  return list;
}

const Fields<Unique>& Unique::fields() {
  static const auto list =
      Fields<Unique>()
          .include(&Unique::key)
          .optional("nulls_not_distinct", &Unique::nulls_not_distinct, "Two nulls count as equal (PostgreSQL 15).");
  return list;
}

const Fields<Check>& Check::fields() {
  static const auto list = Fields<Check>()
                               .optional("name", &Check::name, constraint_name_doc)
                               .required("expression", &Check::expression, "SQL condition that each row must meet.")
                               .optional("no_inherit", &Check::no_inherit, "Does not hold for child tables.");
  return list;
}

const Fields<IndexColumn>& IndexColumn::fields() {
  using Self = IndexColumn;
  static const auto list = Fields<Self>()
                               .optional("name", &Self::name, "Column.")
                               .optional("expression", &Self::expression, "SQL expression, such as `lower(email)`.")
                               .optional("collation", &Self::collation, "Collation, such as `C`.")
                               .optional("opclass", &Self::opclass, "Operator class, such as `gin_trgm_ops`.")
                               .optional("order", &Self::order, "Sort order; asc when left out.")
                               .one_of({"asc", "desc"})
                               .optional("nulls", &Self::nulls, "Where nulls are sorted to.")
                               .one_of({"first", "last"});
  return list;
}

const Fields<ExcludeElement>& ExcludeElement::fields() {
  static const auto list =
      Fields<ExcludeElement>()
          .include(&ExcludeElement::column)
          .required("with", &ExcludeElement::with, "Operator that no two rows may satisfy, such as `&&` or `=`.");
  return list;
}

const Fields<Exclude>& Exclude::fields() {
  static const auto list = Fields<Exclude>()
                               .optional("name", &Exclude::name, constraint_name_doc)
                               .optional("method", &Exclude::method, "Index method; gist is the usual one.")
                               .required("elements", &Exclude::elements, "What is compared, and how.")
                               .optional("include", &Exclude::include, "Columns kept in the index beside the elements.")
                               .optional("where", &Exclude::where, "SQL condition: only these rows exclude each other.")
                               .optional("deferrable", &Exclude::deferrable, deferrable_doc)
                               .optional("initially_deferred", &Exclude::initially_deferred, deferred_doc);
  return list;
}

const Fields<Column>& Column::fields() {
  static const auto list =
      Fields<Column>()
          .required("name", &Column::name, "Name of the column.")
          .required("type", &Column::type, "SQL type, written as given: `text`, `numeric(12,2)`, `bigint[]`.")
          .optional("not_null", &Column::not_null, "Rejects nulls.")
          .optional("default", &Column::default_value,
                    "SQL expression: `now()`, and for a text `'draft'` with its quotes. Numbers and booleans stand for "
                    "themselves.")
          .optional("identity", &Column::identity, "Numbers the rows by itself.")
          .one_of({"always", "by default"})
          .optional("generated", &Column::generated, "SQL expression that the column is computed from and stored.")
          .optional("collation", &Column::collation, "Collation, such as `C`.")
          .optional("primary_key", &Column::primary_key, "The column alone is the primary key.")
          .optional("unique", &Column::unique, "The column alone is unique.")
          .optional("check", &Column::check, "SQL condition that the column must meet.")
          .optional("references", &Column::references,
                    "Referenced table, or a table with its name, column and options.")
          .optional("comment", &Column::comment, "Comment on the column.");
  return list;
}

}  // namespace operations
