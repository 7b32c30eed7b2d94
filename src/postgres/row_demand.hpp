// What a statement asks of the rows that are there (a new unique constraint: no duplicates), and what it may change for
// the statements after it. Read from its text by libpg_query's grammar, without a database.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postgres {

struct TableName {
  std::string schema, name;
  /// Without a schema it may be any of that name.
  bool may_be(const TableName& other) const {
    return name == other.name && (schema.empty() || other.schema.empty() || schema == other.schema);
  }
};

struct ColumnName {
  TableName table;
  std::string name;
};

struct RowDemand {
  enum class Kind {
    unique,       // no two rows share the keys
    foreign_key,  // every row leads to one of `target`
    check,        // no row for which `expression` is false
    not_null,     // no NULL in the column
    type,         // every value of the column can become the type `expression`
    empty,        // no rows at all: ADD COLUMN ... NOT NULL without a default
    validate,     // what the constraint `name` demands
  };
  Kind kind = Kind::unique;
  TableName table{};
  /// Of the constraint or index; empty where PostgreSQL chooses it.
  std::string name{};
  /// Columns that it is about, as names.
  std::vector<std::string> columns{};
  /// Of a unique key: its parts as SQL, which may be expressions.
  std::vector<std::string> keys{};
  /// The condition of a check or of a partial index, or a type, as SQL.
  std::string expression{};
  TableName target{};
  /// Empty for the primary key.
  std::vector<std::string> target_columns{};
  /// ONLY the table itself, not what inherits from it.
  bool only = false;
  bool nulls_not_distinct = false, match_full = false, is_index = false;
  /// Of a type: the values are cast (USING c::type) rather than assigned.
  bool casts = false;
};

struct StatementEffect {
  std::vector<RowDemand> demands{};
  /// NOT VALID: they wait for VALIDATE CONSTRAINT.
  std::vector<RowDemand> not_valid{};
  std::vector<TableName> created{};
  std::vector<ColumnName> new_columns{};
  /// Columns that are renamed, dropped or retyped; without a column the whole table. What is known of them no longer
  /// holds.
  std::vector<ColumnName> reshaped{};
  /// Tables whose rows change.
  std::vector<TableName> written{};
  /// May have done anything.
  bool is_opaque = false;
};

/// The functions that a statement calls, by name without schema; nothing when the grammar cannot read it.
std::optional<std::vector<std::string>> functions_called(std::string_view statement);

/// Never throws: a statement that the grammar cannot read is opaque.
StatementEffect effect_of(std::string_view statement);

}  // namespace postgres
