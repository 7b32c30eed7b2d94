// A table as its rows are read and written whole: which columns, by which key, and what else is in the way.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace schema {

struct RowTable {
  struct Column {
    std::string name;
    /// The OID below a domain.
    std::uint32_t type = 0;
    bool is_generated = false, is_always_identity = false;
  };
  struct Key {
    std::string column;
    /// `OPERATOR(pg_catalog.=)`: equality as the key's index has it, whatever the search_path finds.
    std::string equals;
  };
  /// OID as text.
  std::string oid;
  /// Quoted, with its schema.
  std::string sql_name;
  /// As people write it.
  std::string shown;
  /// pg_class.relkind: r table, p partitioned table, v view, f foreign table ...
  char kind = 'r';
  /// Others inherit from it, but it is no partitioned table.
  bool has_children = false;
  /// Would row level security hide rows from this role?
  bool hides_rows = false;
  /// In the table's order.
  std::vector<Column> columns;
  /// The primary key, else a unique index without NULL; empty without either.
  std::vector<Key> key;
};

/// Finds the table by its exact name; without `schema` by the search_path. Throws code::unknown_relation.
RowTable read_row_table(postgres::Session& session, const std::string& schema, const std::string& name);

}  // namespace schema
