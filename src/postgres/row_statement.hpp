// A statement of a fix, which may change rows and nothing else: what it writes to, and what it may not do.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "postgres/row_demand.hpp"

namespace postgres {

struct RowStatement {
  /// "TRUNCATE", "a definition (CREATE)": why an undo could not take it back; empty when nothing is wrong.
  std::string refusal;
  /// "UPDATE orders", the first UPDATE or DELETE that has no WHERE; empty when there is none.
  std::string without_where;
  /// Tables that it inserts into, updates or deletes from, as it writes them.
  std::vector<TableName> written;
  /// What stays when the rows are put back: "NOTIFY", "pg_notify()", "nextval()".
  std::vector<std::string> lasting;
};

/// By libpg_query's grammar; by its words where that cannot read it. Never throws.
RowStatement row_statement_of(std::string_view statement);

}  // namespace postgres
