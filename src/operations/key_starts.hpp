// The primary keys that a change of keys begins with.
#pragma once
#include <string>
#include <vector>

#include "operations/key_graph.hpp"
#include "operations/key_operations.hpp"
#include "postgres/session.hpp"

namespace operations {

/// The primary key of a table as KeyStart; `column` says which of several. Throws code::no_primary_key.
KeyStart find_primary_key(postgres::Session& session, const std::string& operation, const std::string& schema,
                          const std::string& table, const std::string& column);
/// The single-column integer primary keys of a schema (the first of the search_path when empty) that are not of the
/// type `to`; without the ledger's, mapping tables, and `except`.
std::vector<KeyStart> integer_primary_keys(postgres::Session& session, const std::string& schema, const Names& except,
                                           const std::string& to);
/// The keys of a schema that a mapping table knows the old values of.
std::vector<KeyStart> mapped_primary_keys(postgres::Session& session, const std::string& schema,
                                          const std::string& mapping_schema, const Names& except);

}  // namespace operations
