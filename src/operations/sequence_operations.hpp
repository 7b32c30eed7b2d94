// Operations on sequences.
#pragma once
#include <optional>
#include <string>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

/// The column that a sequence belongs to: it goes when the column goes.
struct SequenceOwner {
  Text schema{}, table{}, column{};
  static constexpr const char* lua_class = "waxwing.sequence_owner";
  static const Fields<SequenceOwner>& fields();
};

struct SequenceOptions {
  Text type{};
  std::optional<std::int64_t> start{}, increment{}, cache{};
  std::optional<std::optional<std::int64_t>> min_value{}, max_value{};
  std::optional<bool> cycle{};
  std::optional<std::optional<SequenceOwner>> owned_by{};
  static constexpr const char* lua_class = "waxwing.sequence_options";
  static const Fields<SequenceOptions>& fields();
};
/// With a leading blank; nothing when no option is given.
std::string to_sql(const SequenceOptions&);

struct CreateSequence {
  Text schema{}, name{};
  SequenceOptions options{};
  bool if_not_exists = false;
  static const Definition<CreateSequence>& definition();
};

struct AlterSequence {
  Text schema{}, name{};
  SequenceOptions options{};
  std::optional<std::int64_t> restart{};
  bool if_exists = false;
  static const Definition<AlterSequence>& definition();
};

struct DropSequence {
  Text schema{}, name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropSequence>& definition();
};

}  // namespace operations
