// A PostgreSQL for tests: one temporary cluster for the test program, one database for each test case.
#pragma once
#include <memory>
#include <string>

#include "postgres/connection.hpp"
#include "postgres/url.hpp"

namespace tests {

/// The server trusts whoever comes; this password is in the URLs so that it can be looked for in what is printed.
constexpr const char* canary_password = "canary-in-every-URL";

/// An empty database of its own. With WAXWING_AS_OWNER in the environment its role is an ordinary one that owns it.
postgres::Url fresh_database();
bool is_superuser();
/// The same the other way round, and says that the test is skipped.
bool lacks_superuser();
/// The maintenance database, as superuser.
postgres::Url superuser_url();
std::unique_ptr<postgres::Connection> connect(const postgres::Url& url);

}  // namespace tests
