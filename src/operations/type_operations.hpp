// Operations on enums and domains.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct CreateEnum {
  Text schema{}, name{};
  Names values{};
  std::optional<Text> comment{};
  static const Definition<CreateEnum>& definition();
};

struct AddEnumValue {
  Text schema{}, name{}, value{};
  std::optional<Text> before{}, after{};
  bool if_not_exists = false;
  static const Definition<AddEnumValue>& definition();
};

struct RenameEnumValue {
  Text schema{}, name{}, value{}, to{};
  static const Definition<RenameEnumValue>& definition();
};

struct DropEnum {
  Text schema{}, name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropEnum>& definition();
};

struct CreateDomain {
  Text schema{}, name{}, type{};
  bool not_null = false;
  std::optional<Expression> default_value{};
  Text collation{};
  std::vector<Check> checks{};
  std::optional<Text> comment{};
  static const Definition<CreateDomain>& definition();
};

struct AlterDomain {
  Text schema{}, name{};
  std::optional<std::optional<Expression>> default_value{};
  std::optional<bool> not_null{};
  std::optional<Check> add_check{};
  bool not_valid = false;
  Text drop_constraint{}, validate_constraint{};
  static const Definition<AlterDomain>& definition();
};

struct DropDomain {
  Text schema{}, name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropDomain>& definition();
};

}  // namespace operations
