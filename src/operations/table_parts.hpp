// The parts that tables are made of (columns, constraints, index columns): each with its field list and its SQL.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operations/fields.hpp"

namespace operations {

using Text = std::string;
using Names = std::vector<std::string>;

/// What follows REFERENCES: where a foreign key leads.
struct Referenced {
  Text schema{}, table{};
  Names columns{};
  static constexpr const char* lua_class = "waxwing.references";
  static const Fields<Referenced>& fields();
  /// `references = "customers"` is its primary key.
  static Referenced from_text(Text table) { return {.table = std::move(table)}; }
  std::optional<Text> as_text() const {
    return schema.empty() && columns.empty() ? std::optional(table) : std::nullopt;
  }
};

/// What happens to a row whose referenced row goes away, and when it is checked.
struct ForeignKeyOptions {
  Text on_delete{}, on_update{}, match{};
  Names on_delete_columns{};
  bool deferrable = false, initially_deferred = false, not_valid = false;
  static constexpr const char* lua_class = "waxwing.foreign_key_options";
  static const Fields<ForeignKeyOptions>& fields();
  std::string problem() const;
};

struct ForeignKey {
  Text name{};
  Names columns{};
  Referenced references{};
  ForeignKeyOptions options{};
  static constexpr const char* lua_class = "waxwing.foreign_key";
  static const Fields<ForeignKey>& fields();
  std::string problem() const { return options.problem(); }
};

/// `references` of a single column.
struct ColumnReference {
  Text schema{}, table{}, column{}, name{};
  ForeignKeyOptions options{};
  static constexpr const char* lua_class = "waxwing.column_reference";
  static const Fields<ColumnReference>& fields();
  static ColumnReference from_text(Text table) { return {.table = std::move(table)}; }
  std::string problem() const { return options.problem(); }
};

/// A primary key or a unique constraint.
struct Key {
  Text name{};
  Names columns{}, include{};
  bool deferrable = false, initially_deferred = false;
  Text using_index{};
  static constexpr const char* lua_class = "waxwing.key";
  static const Fields<Key>& fields();
  static Key from_names(Names columns) { return {.columns = std::move(columns)}; }
  std::string problem() const;
};

struct Unique {
  Key key{};
  bool nulls_not_distinct = false;
  static constexpr const char* lua_class = "waxwing.unique";
  static const Fields<Unique>& fields();
  static Unique from_names(Names columns) { return {.key = Key::from_names(std::move(columns))}; }
  std::string problem() const;
};

struct Check {
  Text name{}, expression{};
  bool no_inherit = false;
  static constexpr const char* lua_class = "waxwing.check";
  static const Fields<Check>& fields();
  static Check from_text(Text expression) { return {.expression = std::move(expression)}; }
};

/// A column or an expression of an index, with how it is sorted.
struct IndexColumn {
  Text name{}, expression{}, collation{}, opclass{}, order{}, nulls{};
  static constexpr const char* lua_class = "waxwing.index_column";
  static const Fields<IndexColumn>& fields();
  static IndexColumn from_text(Text column) { return {.name = std::move(column)}; }
  std::optional<Text> as_text() const;
  std::string problem() const;
};

struct ExcludeElement {
  IndexColumn column{};
  Text with{};
  static constexpr const char* lua_class = "waxwing.exclude_element";
  static const Fields<ExcludeElement>& fields();
  std::string problem() const { return column.problem(); }
};

struct Exclude {
  Text name{}, method{};
  std::vector<ExcludeElement> elements{};
  Names include{};
  Text where{};
  bool deferrable = false, initially_deferred = false;
  static constexpr const char* lua_class = "waxwing.exclude";
  static const Fields<Exclude>& fields();
};

struct Column {
  Text name{}, type{};
  bool not_null = false;
  std::optional<Expression> default_value{};
  Text identity{}, generated{}, collation{};
  bool primary_key = false, unique = false;
  Text check{};
  std::optional<ColumnReference> references{};
  std::optional<Text> comment{};
  static constexpr const char* lua_class = "waxwing.column";
  static const Fields<Column>& fields();
  std::string problem() const;
};

// Each as it stands in CREATE TABLE and after ALTER TABLE ... ADD.
std::string to_sql(const Referenced&);
std::string to_sql(const ForeignKeyOptions&);
std::string to_sql(const ForeignKey&);
std::string primary_key_sql(const Key&);
std::string to_sql(const Unique&);
std::string to_sql(const Check&);
std::string to_sql(const IndexColumn&);
std::string to_sql(const Exclude&);
std::string to_sql(const Column&);

/// `"a", lower("b") DESC`
std::string to_sql(const std::vector<IndexColumn>&);

}  // namespace operations
