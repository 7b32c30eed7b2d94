// Is the table that is in the way the one that was about to be made?
#pragma once
#include <string>

#include "postgres/session.hpp"

namespace migrate {

/// For a CREATE TABLE that was refused because the table is there: makes it again in a schema of its own, compares
/// columns and constraints, and takes it all back. A line that begins with a line end; empty when `sql` makes no table
/// or it cannot be told. `session` must be outside of a transaction.
std::string compare_with_existing(postgres::Session& session, const std::string& sql);

}  // namespace migrate
