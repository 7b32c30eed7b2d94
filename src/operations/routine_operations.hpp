// Operations on functions and procedures.
#pragma once
#include <optional>
#include <string>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct CreateFunction {
  Text sql{}, schema{}, name{};
  std::optional<Names> arguments{};
  static const Definition<CreateFunction>& definition();
};

struct DropFunction {
  Text schema{}, name{};
  std::optional<Names> arguments{};
  bool if_exists = false, cascade = false;
  static const Definition<DropFunction>& definition();
};

struct DropProcedure {
  Text schema{}, name{};
  std::optional<Names> arguments{};
  bool if_exists = false, cascade = false;
  static const Definition<DropProcedure>& definition();
};

}  // namespace operations
