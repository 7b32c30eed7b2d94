// Operations on row security.
#pragma once
#include <string>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct CreatePolicy {
  Text schema{}, table{}, name{};
  bool restrictive = false;
  Text command{};
  Names roles{};
  Text using_expression{}, check{};
  static const Definition<CreatePolicy>& definition();
};

struct AlterPolicy {
  Text schema{}, table{}, name{};
  Names roles{};
  Text using_expression{}, check{};
  static const Definition<AlterPolicy>& definition();
};

struct DropPolicy {
  Text schema{}, table{}, name{};
  bool if_exists = false;
  static const Definition<DropPolicy>& definition();
};

struct EnableRowSecurity {
  Text schema{}, table{};
  static const Definition<EnableRowSecurity>& definition();
};

struct DisableRowSecurity {
  Text schema{}, table{};
  static const Definition<DisableRowSecurity>& definition();
};

struct ForceRowSecurity {
  Text schema{}, table{};
  bool forced = true;
  static const Definition<ForceRowSecurity>& definition();
};

}  // namespace operations
