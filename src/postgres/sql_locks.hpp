// Which lock a statement takes on the tables it names.
#pragma once
#include <string_view>

namespace postgres {

/// The strongest table lock, as PostgreSQL names it ("ACCESS EXCLUSIVE"); empty where its words do not tell.
/// Source: PostgreSQL documentation 13.3.1 and the page of each command.
std::string_view lock_of(std::string_view statement);

}  // namespace postgres
