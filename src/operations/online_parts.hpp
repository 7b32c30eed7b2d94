// What stands on the columns of an online change, and how the same reads on their twins.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operations/key_graph.hpp"
#include "operations/online_change.hpp"

namespace operations {

struct IndexPart {
  /// Without quotes; its schema is that of the table.
  std::string name;
  bool is_primary = false, is_unique = false, is_constraint = false, is_replica_identity = false, is_clustered = false;
  std::optional<std::string> comment, constraint_comment;
  /// Behind `CREATE INDEX name ON table`: of the index itself, and of one on the twins.
  std::string own_tail, tail;
};

struct CheckPart {
  std::string name;
  bool is_validated = true;
  std::optional<std::string> comment;
  /// CHECK (...) on the twins.
  std::string definition;
};

/// `definition` is that of the foreign key on the twins, NOT VALID.
using ForeignKeyPart = KeyConstraint;

struct TableParts {
  std::vector<IndexPart> indexes;
  std::vector<CheckPart> checks;
};

/// A twin of the type `to`, wanted wherever the column has a value; how the values come about is left to fill in.
TwinColumn twin_of(const KeyColumn& column, const std::string& to);

/// What stands on the columns that have the names now. The search_path is pg_catalog alone, in all of these.
std::vector<IndexPart> read_indexes(postgres::Session& session, const OnlineChange& change, const TwinColumn& of_table);
std::vector<CheckPart> read_checks(postgres::Session& session, const OnlineChange& change, const TwinColumn& of_table);
std::vector<ForeignKeyPart> read_foreign_keys(postgres::Session& session, const OnlineChange& change);
/// Those on the twins, where the change is given up before the swap.
std::vector<ForeignKeyPart> read_twin_foreign_keys(postgres::Session& session, const OnlineChange& change);
/// With the definitions on the twins: an empty table like this one is asked, whose columns get their names and types.
/// Throws code::online_refused for what does not fit the new type.
TableParts read_parts(postgres::Session& session, const OnlineChange& change, const TwinColumn& of_table);

/// By name without quotes; only an index that is valid counts.
bool has_index(postgres::Session& session, const TwinColumn& of_table, const std::string& name);
bool has_constraint(postgres::Session& session, const std::string& table, const std::string& name);

/// Throws code::online_refused with everything that cannot be carried over while others write.
void refuse_not_carried(postgres::Session& session, const std::string& operation, const OnlineChange& change);
/// Throws code::online_refused with everything that would go wrong while a column has two names.
void refuse_not_renamed(postgres::Session& session, const OnlineChange& change);

}  // namespace operations
