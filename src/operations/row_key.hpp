// The key by which a table is gone through in batches: unique, without NULLs, with an index that has its order.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace operations {

struct RowKeyColumn {
  std::string name;
  /// As format_type writes it, for casts of literals.
  std::string type;
  /// ` COLLATE "ns"."name"` where the index has another collation than the column.
  std::string collation;
};

/// Compared by the operators of the index, as rows where it has several columns.
class RowKey {
 public:
  /// Looks the key up: the primary key, or the unique index on the columns `wanted`. Throws code::no_batch_key,
  /// code::bad_batches where there is no such table, or it is none.
  static RowKey find(postgres::Session& session, const std::string& schema, const std::string& table,
                     const std::vector<std::string>& wanted);

  const std::vector<RowKeyColumn>& columns() const { return columns_; }
  /// Quoted, with its schema where one was given.
  const std::string& table() const { return table_; }
  /// `"t"."a", "t"."b"`
  std::string list() const;
  /// `(a, b) <= (values[0], values[1])`, with a condition on the first column that lets the planner see a range.
  std::string at_most(const std::vector<std::string>& values) const { return compare(less_or_equal, values); }
  std::string above(const std::vector<std::string>& values) const { return compare(greater, values); }
  /// The literals of a key that is kept as text.
  std::vector<std::string> literals(const std::vector<std::string>& texts) const;
  /// Common table expressions, to be used behind WITH, for the page of the next `size` keys behind `last`, expressions
  /// of the key's types: `waxwing_end` (its last key, no row where there are no keys left) and `waxwing_passed` (how
  /// many keys it has).
  std::string end_sql(const std::optional<std::vector<std::string>>& last, long long size) const;
  /// "the row is behind `last`, up to waxwing_end".
  std::string up_to_end_sql(const std::optional<std::vector<std::string>>& last) const;
  /// `(SELECT ARRAY[k1::text, k2::text] FROM waxwing_end)`
  std::string end_as_text_sql() const;

 private:
  std::string column(std::size_t index) const;
  std::string named() const;
  /// In the order of a btree's strategies.
  enum Operator { less, less_or_equal, equal, at_least, greater };
  using Operators = std::array<std::string, 5>;
  std::string compare(Operator last, const std::vector<std::string>& values) const;
  std::vector<RowKeyColumn> columns_;
  std::string table_, bare_table_;
  std::vector<Operators> operators_;
};

/// About how many rows a table has, its partitions and the tables that inherit from it counted in; nothing where the
/// server does not know and counting would take long.
std::optional<long long> estimated_rows(postgres::Session& session, const std::string& quoted_table);

}  // namespace operations
