// Operations on views and materialized views.
#pragma once
#include <optional>
#include <string>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct CreateView {
  Text schema{}, name{}, sql{};
  Names columns{};
  bool or_replace = false, recursive = false;
  base::Map with{};
  Text check_option{};
  std::optional<Text> comment{};
  static const Definition<CreateView>& definition();
};

struct DropView {
  Text schema{}, name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropView>& definition();
};

struct CreateMaterializedView {
  Text schema{}, name{}, sql{};
  Names columns{};
  bool with_data = true;
  base::Map with{};
  Text tablespace{};
  bool if_not_exists = false;
  std::optional<Text> comment{};
  static const Definition<CreateMaterializedView>& definition();
};

struct DropMaterializedView {
  Text schema{}, name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropMaterializedView>& definition();
};

struct RefreshMaterializedView {
  Text schema{}, name{};
  bool concurrently = false, with_data = true;
  static const Definition<RefreshMaterializedView>& definition();
};

}  // namespace operations
