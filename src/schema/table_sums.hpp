// How many rows a table has and a checksum of them, computed by the server: two databases with equal sums hold the same
// rows.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "postgres/connection.hpp"

namespace schema {

struct TableSum {
  std::string schema, name;
  /// What the checksum is of, in the order of their names: a restored table may have them in another order.
  std::vector<std::string> columns;
  std::int64_t rows = 0;
  /// The sum of the rows' 64-bit hashes, which does not depend on their order.
  std::string sum = {};
  /// Rough size on disk, to compute the large ones first.
  std::int64_t bytes = 0;
  /// Those of `columns` whose values are hashed as they are, which is much faster than their text: types that have one
  /// form of each value. Empty in manifests of before, and on PostgreSQL 13.
  std::vector<std::string> by_value = {};

  std::string quoted() const;
  /// "books", or "billing.books".
  std::string shown() const;
  bool is_same_table(const TableSum& other) const { return schema == other.schema && name == other.name; }
};

/// Every table that holds rows of the user's, with its columns and without its sum: partitions and not their parents,
/// nothing that belongs to an extension.
std::vector<TableSum> read_tables(postgres::Session& session);

/// What makes row_sum_sql() say the same everywhere.
const std::string& sum_settings_sql();
/// One row of count and sum.
std::string sum_sql(const TableSum& table);
/// Fills in rows and sum of each table, on all connections at once; their transactions and settings are the caller's.
void compute_sums(const std::vector<postgres::Connection*>& connections, std::vector<TableSum>& tables);

/// Large objects: how many, and a checksum where the role may read them; "" where there are none.
std::string large_object_sum(postgres::Session& session);

}  // namespace schema
