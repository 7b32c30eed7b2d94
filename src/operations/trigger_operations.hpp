// Operations on triggers.
#pragma once
#include <string>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct CreateTrigger {
  Text schema{}, table{}, name{}, timing{};
  Names events{}, update_of{};
  Text for_each{}, condition{}, function{}, function_schema{};
  Names arguments{};
  Text old_table{}, new_table{};
  bool constraint = false, deferrable = false, initially_deferred = false, or_replace = false;
  static const Definition<CreateTrigger>& definition();
};

struct DropTrigger {
  Text schema{}, table{}, name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropTrigger>& definition();
};

struct EnableTrigger {
  Text schema{}, table{}, name{}, mode{};
  static const Definition<EnableTrigger>& definition();
};

struct DisableTrigger {
  Text schema{}, table{}, name{};
  static const Definition<DisableTrigger>& definition();
};

}  // namespace operations
