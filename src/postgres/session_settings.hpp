// The settings of a session that a script can change beyond its own transaction.
#pragma once
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace postgres {

/// A query of one row, a column for each watched setting. It may be appended to another message.
const std::string& session_settings_sql();

/// "search_path (\"app\" -> \"\")" for each setting that differs between two rows of session_settings_sql().
std::vector<std::string> changed_settings(const Result& before, const Result& after);

/// Makes the rest of the transaction run as the role that `settings` has, whatever SET ROLE the script used.
std::string role_of_session_sql(const Result& settings);

}  // namespace postgres
