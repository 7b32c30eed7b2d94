// Rows before and after, read from what the triggers kept.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migrate/fixes/fix_ledger.hpp"

namespace migrate {

/// A row as it was and as it became; one of them is missing for inserted and deleted rows.
struct RowChange {
  std::string table;
  /// "inserted", "updated", "deleted".
  const char* kind = "updated";
  struct Cell {
    std::string column;
    /// Is it part of what tells the row apart?
    bool is_identity = false;
    std::optional<std::string> before, after;
  };
  std::vector<Cell> cells;
};

/// The kept rows of one table, as SQL. A row that changed more than once has versions in between, which are left out;
/// the order in which they came does not matter, since each of them is once the new and once the old side of a change.
class KeptRows {
 public:
  /// Looks whether there are such rows.
  KeptRows(postgres::Session& session, std::string rows_table, const FixTableRow& table);

  /// "WITH net AS (...) ", or nothing.
  std::string with() const;
  /// `... b FULL JOIN ... a ON ...`: b is a row as it was, a as it became; waxwing_kind is NULL for the side that is
  /// missing.
  std::string pairs() const;
  /// A condition: something became different.
  std::string differs() const;

 private:
  std::string side(bool is_before) const;
  std::string rows_;
  const FixTableRow& table_;
  bool is_simple_ = true;
};

/// `ROW(alias."a", alias."b")`, all columns of a table.
std::string record_sql(const FixTableRow& table, const std::string& alias);
/// The values of a record's text, `(1,"a b",,"x""y")`.
std::vector<std::optional<std::string>> parse_record(std::string_view text);

/// At most `limit` changed rows of a table.
std::vector<RowChange> read_changes(postgres::Session& session, const std::string& rows_table, const FixTableRow& table,
                                    std::size_t limit);

}  // namespace migrate
