// Operations on constraints of tables.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct CreatePrimaryKey {
  Text schema{}, table{};
  Key key{};
  static const Definition<CreatePrimaryKey>& definition();
};

struct CreateUniqueConstraint {
  Text schema{}, table{};
  Unique unique{};
  static const Definition<CreateUniqueConstraint>& definition();
};

struct CreateForeignKey {
  Text schema{}, table{};
  ForeignKey key{};
  static const Definition<CreateForeignKey>& definition();
};

struct CreateCheckConstraint {
  Text schema{}, table{};
  Check check{};
  bool not_valid = false;
  static const Definition<CreateCheckConstraint>& definition();
};

struct CreateExcludeConstraint {
  Text schema{}, table{};
  Exclude exclude{};
  static const Definition<CreateExcludeConstraint>& definition();
};

struct DropConstraint {
  Text schema{}, table{}, name{};
  bool if_exists = false, cascade = false;
  static const Definition<DropConstraint>& definition();
};

/// By name, or by the columns that reference: the name is then looked up in pg_constraint.
struct DropForeignKey {
  Text schema{}, table{}, name{};
  Names columns{};
  Text references{};
  bool if_exists = false;
  static const Definition<DropForeignKey>& definition();
};

struct ValidateConstraint {
  Text schema{}, table{}, name{};
  static const Definition<ValidateConstraint>& definition();
};

struct RenameConstraint {
  Text schema{}, table{}, name{}, to{};
  static const Definition<RenameConstraint>& definition();
};

/// The way back of a constraint that PostgreSQL named is not known before it ran.
std::optional<DropConstraint> drop_of(const Text& schema, const Text& table, const Text& name);

}  // namespace operations
