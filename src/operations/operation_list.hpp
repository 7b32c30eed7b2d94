// The operations in the groups of the reference.
#pragma once
#include <string>
#include <vector>

#include "operations/operation.hpp"

namespace operations {

struct OperationGroup {
  std::string title;
  std::vector<const OperationType*> operations;
};

const std::vector<OperationGroup>& operation_groups();

}  // namespace operations
