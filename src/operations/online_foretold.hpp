// What an online change would make, take and hold up, for `waxwing plan`.
#pragma once
#include <string>
#include <vector>

#include "operations/online_change.hpp"
#include "operations/operation.hpp"

namespace operations {

/// A line for each object, and one for the time that others are blocked. Throws code::online_refused for what stands in
/// the way. `session` is in a transaction, which may be read-only.
std::vector<std::string> foretell_online(postgres::Session& session, const std::string& operation,
                                         const OnlineChange& change);
/// Of op.change_column_type, and of the operations that end a change; nothing for any other.
std::vector<std::string> foretell_online_operation(const Operation& operation, postgres::Session& session);

}  // namespace operations
