// Operations that change columns while others write them, and those that end such a change.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operations/online_phases.hpp"
#include "operations/operation_builder.hpp"
#include "operations/table_operations.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct ChangeColumnType {
  Text schema{}, table{}, column{}, to{}, using_expression{}, reverse_using{};
  std::optional<std::optional<Expression>> default_value{};
  bool online = false;
  static const Definition<ChangeColumnType>& definition();
};

struct ContractColumnChange {
  Text schema{}, table{}, column{};
  static const Definition<ContractColumnChange>& definition();
};

struct AbortColumnChange {
  Text schema{}, table{}, column{};
  bool if_exists = false;
  static const Definition<AbortColumnChange>& definition();
};

struct ContractPrimaryKey {
  Text schema{}, table{}, column{};
  static const Definition<ContractPrimaryKey>& definition();
};

struct AbortPrimaryKey {
  Text schema{}, table{}, column{};
  bool if_exists = false;
  static const Definition<AbortPrimaryKey>& definition();
};

struct ContractAllPrimaryKeys {
  Text schema{};
  static const Definition<ContractAllPrimaryKeys>& definition();
};

struct AbortAllPrimaryKeys {
  Text schema{};
  bool if_exists = false;
  static const Definition<AbortAllPrimaryKeys>& definition();
};

/// An online operation without a database has nothing to say. Throws code::needs_database.
std::vector<std::string> needs_live_database(const std::string& operation);
/// What op.change_column_type or op.rename_column is to do with `online = true`. Throws code::online_refused and the
/// server's errors for what cannot be done.
OnlinePlan online_plan_of(postgres::Session& session, const ChangeColumnType& op);
OnlinePlan online_plan_of(postgres::Session& session, const RenameColumn& op);

}  // namespace operations
