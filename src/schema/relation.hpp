// A table or view that the user named on the command line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "postgres/session.hpp"

namespace schema {

struct Relation {
  /// OID as text, for parameters.
  std::string oid;
  std::string schema, name;
  /// pg_class.relkind: r table, p partitioned table, v view, m materialized view, f foreign table, S sequence, i index,
  /// I partitioned index, c composite type.
  char kind = 'r';
  /// As SQL of this session writes it: without a schema where the search_path finds it.
  std::string shown;
  /// Other tables inherit from it.
  bool has_children = false;

  /// What a FROM takes. A table that others inherit from is meant alone, as its constraints are.
  std::string from() const;
};

/// Reads a name as SQL does (`users`, `billing.users`, `"Users"`); a name that only fits in another case is found too.
/// Throws code::unknown_relation with the nearest name.
Relation find_relation(postgres::Session& session, const std::string& text);
/// Those that a user made, by name: tables, partitioned tables and foreign tables outside of system schemas.
std::vector<Relation> all_tables(postgres::Session& session);

struct ColumnType {
  std::string name, type;
  bool not_null = false;
  /// pg_type.typcategory: values of one category can be compared.
  std::string category;
};
std::vector<ColumnType> column_types(postgres::Session& session, const Relation& relation);
/// Throws code::unknown_column with the nearest name.
const ColumnType& find_column(const std::vector<ColumnType>& columns, const Relation& relation,
                              const std::string& name);
/// Columns of the primary key, in its order; empty without one.
std::vector<std::string> primary_key(postgres::Session& session, const Relation& relation);

/// "a,b" or "a" "b" as a list; what has parentheses is an expression and stays whole.
std::vector<std::string> split_columns(const std::vector<std::string>& words);
/// The column's name as a user typed it: folded as SQL folds it, quotes taken off.
std::string fold_identifier(std::string_view text);

}  // namespace schema
