// The schema of a database as pg_dump sees it, in a form that can be compared.
#pragma once
#include <string>
#include <vector>

#include "postgres/url.hpp"

namespace postgres {

/// The statements of `pg_dump --schema-only`, sorted, without owners, without the schema `left_out` and without what
/// differs from run to run. The order of columns in a table is no difference: a column that is dropped and comes back
/// stands last. Throws code::client_programs_too_old and code::program_failed. `major` is the server's version, 15
/// for 15.x.
std::vector<std::string> schema_statements(const Url& url, const std::string& left_out, int major);

/// "- statement" for what only `before` has and "+ statement" for what only `after` has, line by line; empty when they
/// are equal.
std::string schema_difference(const std::vector<std::string>& before, const std::vector<std::string>& after);

}  // namespace postgres
