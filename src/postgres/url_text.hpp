// The forms in which people write a connection, taken apart into libpq settings.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace postgres {

/// URI and key=value forms, with the spellings of SQLAlchemy, asyncpg and JDBC translated. Passwords are registered as
/// secrets before anything can fail. Throws code::bad_url with `source`.
std::map<std::string, std::string, std::less<>> parse_url_text(std::string_view text, const std::string& source);

using base::percent_decoded;
using base::percent_encoded;

}  // namespace postgres
