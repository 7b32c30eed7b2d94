// What an operation on keys would touch and for how long, for `waxwing plan`.
#pragma once
#include <string>
#include <vector>

#include "operations/operation.hpp"
#include "postgres/session.hpp"

namespace operations {

/// What one of these operations would touch and how long it would block, a line each: "users.id integer -> uuid", "view
/// public.v made again". Nothing for any other operation. `session` is in a transaction, which may be read-only.
std::vector<std::string> foretell_keys(const Operation& operation, postgres::Session& session);

}  // namespace operations
