// Operations on indexes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct CreateIndex {
  Text schema{}, table{};
  std::vector<IndexColumn> columns{};
  Text name{};
  bool unique = false;
  Text method{};
  Names include{};
  Text where{};
  bool nulls_not_distinct = false, concurrently = false, if_not_exists = false, only = false;
  base::Map with{};
  Text tablespace{};
  std::optional<Text> comment{};
  static const Definition<CreateIndex>& definition();
};

struct DropIndex {
  Text schema{}, name{}, table{};
  Names columns{};
  bool if_exists = false, concurrently = false, cascade = false;
  static const Definition<DropIndex>& definition();
};

struct RenameIndex {
  Text schema{}, name{}, to{};
  bool if_exists = false;
  static const Definition<RenameIndex>& definition();
};

}  // namespace operations
