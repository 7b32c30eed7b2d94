// The schema of a database as a sorted list of statements, so that two databases can be compared.
#pragma once
#include <string>
#include <vector>

#include "postgres/url.hpp"

namespace tests {

/// dump_of() where pg_dump accepts the server, else catalogue_of().
std::vector<std::string> schema_of(const postgres::Url& url);
/// What pg_dump says, without waxwing's ledger, comments, privileges and owners; the lines of a table are sorted.
std::vector<std::string> dump_of(const postgres::Url& url);
/// What the catalogue says, object by object, for a server that is newer than pg_dump; leaves out what dump_of() does.
std::vector<std::string> catalogue_of(const postgres::Url& url);
/// What the first has more and the second has more, as text; empty when they are equal.
std::string difference(const std::vector<std::string>& a, const std::vector<std::string>& b);
/// Runs a file, or text, with the real psql. Throws when it fails.
void psql_file(const postgres::Url& url, const std::string& path, const std::vector<std::string>& options = {});

}  // namespace tests
