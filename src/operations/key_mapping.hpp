// The table that answers old keys to new ones, and the quickest expression that looks into it.
#pragma once
#include <string>
#include <vector>

#include "operations/key_graph.hpp"
#include "postgres/session.hpp"

namespace operations {

/// How a column was before its type changed: what the way back needs and the catalogue no longer says.
struct ColumnRecord {
  std::string table, column, type, default_sql;
  /// `GENERATED ALWAYS AS IDENTITY (...)`; empty where it was none.
  std::string identity_sql;
  /// The identity's sequence, its step, and the last number that it gave.
  std::string sequence;
  std::int64_t increment = 1, last_value = 0;
  /// Privileges and comment of that sequence.
  std::vector<std::string> after;
};

struct ReferenceRecord {
  std::string table, column, to_table, to_column;
};

/// Kept as the comment of the mapping table, so that it goes wherever the table goes.
struct MappingRecord {
  std::vector<ColumnRecord> columns;
  std::vector<ReferenceRecord> references;

  std::string to_comment() const;
  static MappingRecord from_comment(const std::string& comment);
  const ColumnRecord* find(const std::string& table, const std::string& column) const;
};
inline constexpr const char* mapping_comment_start = "waxwing: old and new keys ";

/// A mapping table and the direction in which it is read.
struct KeyMapping {
  std::string schema, name;
  std::string from = "old", to = "new";
  std::string table() const;
};

/// The new value of a column as SQL, quick enough to be asked for each row of a large table. Mappings of fixed-length
/// types become arrays that the planner takes as constants: 60 ns a value where the keys lie close together, three
/// times that where they do not; a query for each row would be thirty times as slow.
class KeyValues {
 public:
  /// Makes what the expression needs; `drop` takes it away again.
  /// `number` tells the helpers of several mappings apart.
  KeyValues(postgres::Session& session, const KeyMapping& mapping, std::size_t number);
  std::string of(const std::string& column) const;
  void drop(postgres::Session& session) const;
  /// Was it compared with each key, so that a value without one is told?
  bool finds_strangers() const { return shape_ != Shape::sorted; }

 private:
  enum class Shape { dense, sorted, looked_up };
  std::string object(const char* suffix) const;

  KeyMapping mapping_;
  std::size_t number_;
  Shape shape_ = Shape::looked_up;
  std::string from_type_, to_type_, first_ = "1", gap_;
};

}  // namespace operations
