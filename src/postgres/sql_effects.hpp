// What a statement does to which tables and columns, by PostgreSQL's own grammar.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace postgres {

struct Effect {
  enum class Kind {
    creates_table,
    drops_table,
    renames_table,
    adds_column,
    drops_column,
    renames_column,
    retypes_column,
    alters_table,  // constraints, defaults, NOT NULL, owners ...
    adds_index,
    drops_index,
    writes,  // insert, update, delete, truncate, copy
    reads,
    drops_other,  // a view, a function, a type ...
  };
  Kind kind = Kind::reads;
  /// As the statement writes them; `schema` may be empty. Of drops_index and drops_other the object's own.
  std::string schema, table;
  std::string column;
  /// After a rename; the type of retypes_column is not told.
  std::string new_name;
  /// "alter column ... set not null", "delete", "view": for a reader.
  std::string what;
};

/// The effects of one statement, in its order; nothing for what the grammar cannot read. Bodies of functions and DO
/// blocks are not looked into.
std::vector<Effect> effects_of(std::string_view statement);

}  // namespace postgres
