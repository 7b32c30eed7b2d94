// The constraints that a table has, for finding one by its columns and for saying what there is when a name is wrong.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "postgres/session.hpp"

namespace operations {

struct ConstraintRow {
  std::string name, definition;
  std::vector<std::string> columns;
  /// Foreign keys: the referenced table without its schema.
  std::string references;
  bool is_foreign_key = false;
};

/// All constraints of a table by name; nothing when there is no such table. Source: pg_constraint, PostgreSQL 15
/// documentation 53.13.
std::vector<ConstraintRow> read_constraints(postgres::Session& session, const std::string& schema,
                                            const std::string& table);

/// Throws code::constraint_not_found, with what the table has, when it has no constraint of this name.
/// A table that does not exist, and a session that is not live, pass: PostgreSQL's own error is the better one.
void require_constraint(postgres::Session& session, std::string_view operation, const std::string& schema,
                        const std::string& table, const std::string& name);

/// "a (definition); b (definition)"
std::string listed(const std::vector<ConstraintRow>& constraints);

}  // namespace operations
