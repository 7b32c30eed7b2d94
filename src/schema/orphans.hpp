// Rows that refer to nothing.
#pragma once
#include <string>
#include <vector>

#include "schema/relation.hpp"

namespace schema {

/// A foreign key, declared or not.
struct Reference {
  /// Empty when it is not declared.
  std::string constraint;
  Relation table, target;
  std::vector<std::string> columns, target_columns;
  bool match_full = false, validated = true;
  /// Compared as text, because the types have no equality in common.
  bool as_text = false;

  /// "journals.user_id -> users.id" or "a (x, y) -> b (x, y)".
  std::string shown() const;
  /// The condition on a row `c` of the table that refers to nothing. NULLs refer to nothing by intent; with MATCH FULL
  /// only when all are NULL.
  std::string orphan_condition() const;
  /// Removes the orphans; NULL-safe, unlike NOT IN.
  std::string delete_sql() const;
  /// Keeps their rows; empty where a column is NOT NULL.
  std::string clear_sql() const;

  bool nullable = false;
};

/// Every foreign key of one table, or with an empty `table_oid` of the database. Those of partitions are looked at
/// through their parent.
std::vector<Reference> foreign_keys(postgres::Session& session, const std::string& table_oid);
/// `journals.user_id` and `users.id`, or `a(x,y)` and `b(x,y)`. Throws code::usage, code::unknown_relation,
/// code::unknown_column.
Reference undeclared_reference(postgres::Session& session, const std::string& child, const std::string& parent);

struct Orphans {
  long long count = 0;
  /// "id = 3, user_id = 99" for some of them.
  std::vector<std::string> samples;
};
Orphans find_orphans(postgres::Session& session, const Reference& reference, std::size_t most_samples);

}  // namespace schema
