// Operations on the type of primary keys and of everything that refers to them.
#pragma once
#include <optional>
#include <string>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

/// What a change of keys needs to know whether it is of one table or of many.
struct KeyTarget {
  Text to{}, using_expression{}, mapping_schema{};
  std::optional<std::optional<Expression>> default_value{};
  Names references{};
  bool keep_mapping = true;
  Text strategy = "offline";

  static const Fields<KeyTarget>& fields();
};

struct RetypePrimaryKey {
  Text schema{}, table{}, column{};
  KeyTarget target{};
  static const Definition<RetypePrimaryKey>& definition();
};

struct RetypeAllPrimaryKeys {
  Text schema{};
  Names except{};
  KeyTarget target{};
  static const Definition<RetypeAllPrimaryKeys>& definition();
};

struct RestorePrimaryKey {
  Text schema{}, table{}, column{}, mapping_schema{};
  static const Definition<RestorePrimaryKey>& definition();
};

struct RestoreAllPrimaryKeys {
  Text schema{}, mapping_schema{};
  Names except{};
  static const Definition<RestoreAllPrimaryKeys>& definition();
};

}  // namespace operations
