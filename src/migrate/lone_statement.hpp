// Statements that run outside of transactions: what is there before one, what an interrupted one left, whether it is
// done.
#pragma once
#include <string>
#include <string_view>

#include "postgres/session.hpp"

namespace migrate {

/// What an intent notes before the statement is sent, as JSON, so that later only our own leavings are touched. Throws
/// for a statement that could not be recognised afterwards (an index without a name).
std::string seen_before(postgres::Session& session, std::string_view statement);

/// After an interruption: true when the statement is done. Otherwise what it left half made is removed, and it can be
/// sent again. Throws code::half_done when it cannot be told, or when what stands in the way is not ours.
bool repair(postgres::Session& session, std::string_view statement, const std::string& seen);

/// Removes what a refused statement left half made; keeps quiet when it cannot.
void clean_up(postgres::Session& session, std::string_view statement, const std::string& seen) noexcept;

/// Throws code::statement_failed when the catalogue does not show what the statement should have made.
void verify_done(postgres::Session& session, std::string_view statement);

}  // namespace migrate
