// What an undo does with the rows of one table, as SQL.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "migrate/fixes/fix_ledger.hpp"
#include "postgres/quote.hpp"

namespace migrate {

/// A table of the fix, and what is to be done with its rows.
struct UndoTable {
  FixTableRow was;
  const CapturedTable* now = nullptr;
  long long deletes = 0, updates = 0, inserts = 0;

  std::string work() const { return fmt::format("pg_temp.waxwing_undo_{}", was.number); }
  std::string target() const {
    return (now->by_row ? "ONLY " : "") + postgres::quote_qualified(was.schema, was.name) + " t";
  }
  const CapturedColumn& column(const std::string& name) const {
    return *std::find_if(now->columns.begin(), now->columns.end(),
                         [&](const CapturedColumn& each) { return each.name == name; });
  }
  /// The row of `t` that `value(name)` tells apart.
  template <class ValueSql>
  std::string match(ValueSql value) const {
    std::vector<std::string> parts, left, right;
    for (std::size_t i = 0; i < was.identity.size(); ++i) {
      const std::string own = "t." + postgres::quote_identifier(was.identity[i]);
      const std::string key = value(postgres::quote_identifier(was.identity[i])) + "::" + column(was.identity[i]).type;
      if (was.is_key) parts.push_back(own + " " + now->equals[i] + " " + key);
      left.push_back(own);
      right.push_back(key);
    }
    // A text is hashed, and NULL is as good as any value.
    if (!was.is_key)
      parts = {"ROW(" + base::join(left, ", ") + ")::text OPERATOR(pg_catalog.=) ROW(" + base::join(right, ", ") +
               ")::text"};
    return base::join(parts, " AND ");
  }
  std::string match() const {
    return match([](const std::string& name) { return "u." + name; });
  }
};

/// Makes work(): what the row was (b), what the fix made of it (a), and what is to be done now in waxwing_state: d, u,
/// i,
/// "=" for a row that is back already, "!" for one that has changed since.
std::string compare_sql(postgres::Session& session, const FixLedger& ledger, const std::string& run,
                        const UndoTable& table);

/// Of each table: what the fix inserted goes, what it updated is as before, what it deleted is there again, one after
/// the other, so that unique values are free when they are needed. With `rewrites` updated rows are deleted and
/// inserted, which lets two rows swap a unique value.
std::string put_back_sql(const std::vector<UndoTable>& tables, bool rewrites);

/// "users (id 4): email is now c@example.org, the fix left b@example.org". `rows` has what the fix left, what is there
/// now, and what was there before, as records.
std::string conflict_line(const FixTableRow& table, const postgres::Result& rows, std::size_t i);

}  // namespace migrate
