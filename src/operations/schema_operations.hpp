// Operations on schemas and extensions.
#pragma once
#include <string>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct CreateSchema {
  Text name{}, owner{};
  bool if_not_exists = false;
  static const Definition<CreateSchema>& definition();
};

struct DropSchema {
  Text name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropSchema>& definition();
};

struct RenameSchema {
  Text name{}, to{};
  static const Definition<RenameSchema>& definition();
};

struct CreateExtension {
  Text name{}, schema{}, version{};
  bool if_not_exists = false, cascade = false;
  static const Definition<CreateExtension>& definition();
};

struct AlterExtension {
  Text name{}, version{};
  static const Definition<AlterExtension>& definition();
};

struct DropExtension {
  Text name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropExtension>& definition();
};

}  // namespace operations
