// What somebody says a database has, compared with what it has.
#pragma once
#include <string>
#include <vector>

#include "base/value.hpp"
#include "postgres/session.hpp"

namespace schema {

struct ExpectedColumn {
  std::string name, type;
  bool not_null = false;
};

/// A table of which only the name, or columns and constraints as well, are expected.
struct ExpectedTable {
  /// `users`, or `billing.orders`.
  std::string name;
  std::vector<ExpectedColumn> columns;
  /// Names of constraints and indexes.
  std::vector<std::string> constraints, indexes;
};

struct ExpectedGroup {
  std::string name;
  std::vector<ExpectedTable> tables;
};

/// Reads what the file returned: { schema = ..., groups = { { name = ..., tables = { "users", { name = ..., columns = {
/// id = "uuid not null" }, constraints = { ... } } } } } }. Throws code::bad_expectation with the place in the table.
std::vector<ExpectedGroup> read_expectation(const base::Value& file, const std::string& path);

struct TableVerdict {
  std::string table;
  bool exists = false;
  /// "column email: text, expected character varying(255)".
  std::vector<std::string> differences;
};

struct Verdict {
  /// In the order of the groups and their tables.
  std::vector<std::vector<TableVerdict>> groups;
  /// Tables that nobody expected, without those of `ignored_schema`.
  std::vector<std::string> unexpected;
  std::size_t missing = 0, different = 0;
};
Verdict verify(postgres::Session& session, const std::vector<ExpectedGroup>& groups, const std::string& ignored_schema);

/// What the database has as such a file, a group for each schema.
std::string expectation_text(postgres::Session& session, const std::string& ignored_schema);

}  // namespace schema
