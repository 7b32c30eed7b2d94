// There and back: keys get another type, and the ones they had.
#pragma once
#include <string>
#include <vector>

#include "operations/key_graph.hpp"
#include "operations/key_operations.hpp"
#include "postgres/session.hpp"

namespace operations {

void retype_keys(postgres::Session& session, Notes& notes, const std::string& operation,
                 const std::vector<KeyStart>& starts, const KeyTarget& target);
/// Throws code::no_key_mapping.
void restore_keys(postgres::Session& session, Notes& notes, const std::string& operation,
                  const std::vector<KeyStart>& starts, const std::string& mapping_schema);

}  // namespace operations
