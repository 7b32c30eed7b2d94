// Queries with names: those of the project and those that come with waxwing.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "postgres/session.hpp"

namespace migrate {

struct SavedQuery {
  std::string name, description, sql;
  /// "queries/books.sql", "waxwing.lua" or "built-in".
  std::string origin;
  /// The :names in the statement, in the order of their first use.
  std::vector<std::string> parameters;
};

/// By name. A query of the project replaces a built-in one of the same name. Throws code::bad_query with the file for
/// what is no single statement that reads.
std::vector<SavedQuery> saved_queries(const Project& project);
/// Throws code::unknown_query with the nearest name.
const SavedQuery& find_query(const std::vector<SavedQuery>& queries, const std::string& name);

/// Runs it in a read-only transaction. Throws code::bad_query for parameters that are missing or unknown.
postgres::Result run_query(postgres::Session& session, const SavedQuery& query,
                           const std::map<std::string, std::string>& values);

/// The statement with $1, $2 ... in place of :names; `names` gets them in that order. Quotes, comments and casts (::)
/// are left alone.
std::string number_parameters(const std::string& sql, std::vector<std::string>& names);

}  // namespace migrate
