// psql and pg_dump for the tests. The server under test may be of another version, and comes without them.
#pragma once
#include <string>

namespace tests {

/// The folder of the newest psql installed (Debian's layout, then PATH).
std::string client_folder();
/// The major version of pg_dump, which refuses newer servers.
int pg_dump_version();
/// True, with a word about it, where a test that needs pg_dump has to be left out.
bool skips_for_pg_dump();

}  // namespace tests
