// Why a connection was not made, in words that help.
#pragma once
#include <string>

#include "base/error.hpp"
#include "postgres/url.hpp"

namespace postgres {

/// Is this the kind of failure that waiting cures: not listening yet, still starting up?
bool may_come_up(const std::string& libpq_message);
/// code::cannot_connect with host, port, database, user, the URL's source, libpq's reason and advice that fits it.
/// Was the connection made and then broken before it was ready? Trying again at once may help.
bool was_cut(const std::string& message);
base::Error connect_error(const Url& url, const std::string& libpq_message);

}  // namespace postgres
