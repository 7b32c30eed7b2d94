// Which tables a statement takes rows or columns from, or rewrites, as far as its text tells.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postgres {

struct ChangedTable {
  /// Empty where the statement names none.
  std::string schema;
  /// Empty for all tables of the schema.
  std::string name;
  /// "drops", "drops a column of", "changes a type in", "updates", "deletes from", "truncates", "renames".
  std::string change;
  /// Is something gone afterwards that was there? A new name takes nothing away.
  bool loses_data = true;
};

/// Nothing where the text does not tell: a DO block, a CALL, or what the grammar at hand cannot read.
std::optional<std::vector<ChangedTable>> changed_tables(std::string_view statement);

}  // namespace postgres
