// The forms in which people write a connection, taken apart into libpq settings.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace postgres {

/// URI and key=value forms, with the spellings of SQLAlchemy, asyncpg and JDBC translated. Passwords are registered as
/// secrets before anything can fail. Throws code::bad_url with `source`.
std::map<std::string, std::string, std::less<>> parse_url_text(std::string_view text, const std::string& source);

/// For the user, password, name and value parts of a URI: all but letters, digits and "-._~" become %XX.
std::string percent_encoded(std::string_view text);
/// Leaves "%" where no two hex digits follow.
std::string percent_decoded(std::string_view text);

}  // namespace postgres
