// Operations that change no schema and no row: statistics and indexes are made anew.
#pragma once
#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct Analyze {
  Text schema{}, table{};
  Names columns{};
  static const Definition<Analyze>& definition();
};

struct Reindex {
  Text schema{}, table{}, index{};
  bool concurrently = false;
  static const Definition<Reindex>& definition();
};

}  // namespace operations
