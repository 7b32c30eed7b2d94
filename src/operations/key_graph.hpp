// The columns that hold one and the same key: a primary key and, through foreign keys, everything that refers to it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace operations {

/// A column that holds a key. Of an inherited column only the topmost table is in the graph: it is changed there, and
/// PostgreSQL carries the change down.
struct KeyColumn {
  std::string table_oid;
  /// As SQL writes it, schema included.
  std::string table, name, type;
  /// Schema and name of the table, without quotes.
  std::string schema_name, table_name;
  std::string default_sql, identity;
  bool not_null = false;
  /// No two rows of it are equal.
  bool is_unique = false;
  std::int64_t rows = 0, bytes = 0;

  /// "public.users.id", with quotes where they are needed.
  std::string shown() const;
};

/// One pair of columns of a foreign key.
struct KeyLink {
  /// OID of the constraint; empty where it is only known from the call.
  std::string oid;
  std::size_t from = 0, to = 0;
};

struct KeyConstraint {
  std::string oid, name, table, definition;
  std::optional<std::string> comment;
  bool is_validated = true;
  /// A row with a NULL among several columns refers to nothing, so its other values may lead nowhere.
  bool is_composite = false;
  std::string referenced;
  std::vector<std::string> columns, referenced_columns;
};

/// Columns that must have one type, since their values are compared.
struct KeyDomain {
  /// The key that the domain is named after; index into columns.
  std::size_t root = 0;
  std::vector<KeyColumn> columns;
  std::vector<KeyLink> links;

  const KeyColumn& key() const { return columns[root]; }
  /// Those that all values come from: what refers to nothing else.
  std::vector<std::size_t> sources() const;
};

struct KeyGraph {
  std::vector<KeyDomain> domains;
  /// Each foreign key that touches a domain, once.
  std::vector<KeyConstraint> constraints;
  /// Tables with a key column, once and by name, as SQL writes them.
  std::vector<std::string> tables() const;
};

/// Where to begin.
struct KeyStart {
  std::string table_oid, column;
};
/// A reference that is not declared: `journals.user_id` to the key.
struct UndeclaredReference {
  std::string table_oid, column;
  KeyStart to;
};

/// Follows foreign keys in both directions. The session's search_path is pg_catalog alone.
KeyGraph read_key_graph(postgres::Session& session, const std::vector<KeyStart>& starts,
                        const std::vector<UndeclaredReference>& undeclared);

}  // namespace operations
