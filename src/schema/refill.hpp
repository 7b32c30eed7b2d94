// Empties a table and fills it anew in one transaction. The table stays the same object, so that indexes, constraints,
// defaults, comments, grants, policies, views and all else stay with it; only what hinders the filling is taken away
// and put back.
#pragma once
#include <string>
#include <vector>

#include "schema/row_table.hpp"

namespace schema {

class Refill {
 public:
  /// Reads what will have to be put back. Throws code::cannot_transform, naming what cannot be.
  Refill(postgres::Session& session, const RowTable& table);

  /// Takes the exclusive locks, trying for a while, drops the foreign keys on both sides, disables the triggers of
  /// users and truncates.
  void empty();
  /// The option of COPY that makes rows as VACUUM FREEZE leaves them, where the server allows it.
  bool can_freeze() const { return can_freeze_; }
  /// Puts triggers and foreign keys back; these are checked against the rows.
  void restore();

 private:
  void read_tree(const RowTable& table);
  void read_triggers();
  void read_foreign_keys();
  void lock();

  postgres::Session& session_;
  std::string name_, shown_;
  /// OIDs of the table and its partitions, as a list for SQL.
  std::string tree_;
  std::vector<std::string> locked_, before_, after_;
  bool can_freeze_ = false;
};

}  // namespace schema
