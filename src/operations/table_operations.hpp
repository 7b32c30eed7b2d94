// Operations on tables and their columns.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct CreateTable {
  Text schema{}, name{};
  std::vector<Column> columns{};
  std::optional<Key> primary_key{};
  std::vector<Unique> uniques{};
  std::vector<Check> checks{};
  std::vector<ForeignKey> foreign_keys{};
  std::vector<Exclude> excludes{};
  Names inherits{};
  Text partition_by{}, tablespace{};
  base::Map with{};
  std::optional<Text> comment{};
  bool unlogged = false, if_not_exists = false;
  static const Definition<CreateTable>& definition();
};

struct DropTable {
  Text schema{}, name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropTable>& definition();
};

struct RenameTable {
  Text schema{}, name{}, to{};
  bool if_exists = false;
  static const Definition<RenameTable>& definition();
};

struct AddColumn {
  Text schema{}, table{};
  Column column{};
  bool if_not_exists = false;
  static const Definition<AddColumn>& definition();
};

/// The sides of a column that can be changed; what is not given stays.
struct ColumnChange {
  std::optional<Text> type{};
  Text using_expression{};
  Text collation{};
  std::optional<bool> not_null{};
  std::optional<std::optional<Expression>> default_value{};
  std::optional<std::optional<Text>> identity{};
  std::optional<std::optional<Text>> generated{};
  std::optional<std::optional<Text>> comment{};
  static constexpr const char* lua_class = "waxwing.column_change";
  static const Fields<ColumnChange>& fields();
};

struct AlterColumn {
  Text schema{}, table{}, name{};
  ColumnChange change{};
  /// What the changed sides were before, for the way back.
  std::optional<ColumnChange> was{};
  static const Definition<AlterColumn>& definition();
};

struct DropColumn {
  Text schema{}, table{}, name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropColumn>& definition();
};

struct RenameColumn {
  Text schema{}, table{}, name{}, to{};
  bool online = false;
  static const Definition<RenameColumn>& definition();
};

}  // namespace operations
