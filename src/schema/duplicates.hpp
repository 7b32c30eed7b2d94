// Rows that a unique constraint would not allow.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "schema/relation.hpp"

namespace schema {

struct DuplicateQuestion {
  Relation relation;
  /// Columns, or expressions such as lower(email).
  std::vector<std::string> columns;
  /// An SQL condition; empty for all rows.
  std::string where;
  /// NULL equals NULL, as in UNIQUE NULLS NOT DISTINCT.
  bool nulls_not_distinct = false;
  /// Groups and, in a group, rows that are listed.
  std::size_t most_groups = 20, most_ids = 10;
};

struct DuplicateGroup {
  /// One per column; nothing for NULL.
  std::vector<std::optional<std::string>> values;
  long long rows = 0;
  /// The first rows of the group by primary key; each holds one value per column of the key.
  std::vector<std::vector<std::string>> ids;
};

struct Duplicates {
  /// The primary key, or ctid where the table has none.
  std::vector<std::string> key;
  /// How many there are; `groups` has the largest.
  long long group_count = 0, row_count = 0;
  std::vector<DuplicateGroup> groups;
  /// Lists the rows of all groups.
  std::string sql;
};

/// Throws code::unknown_column.
Duplicates find_duplicates(postgres::Session& session, const DuplicateQuestion& question);

}  // namespace schema
