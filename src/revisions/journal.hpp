// The journal: which statements of a migration that is not one transaction are done, and what they answered.
#pragma once
#include <string>
#include <vector>

#include "postgres/session.hpp"
#include "revisions/target.hpp"

namespace revisions {

struct JournalRow {
  std::string revision;
  Direction direction = Direction::up;
  /// Which statement of the script, counted from 1.
  int ordinal = 0;
  /// SHA-256 of the statement and its parameters.
  std::string hash;
  std::string statement;
  /// False: it was about to be sent, and what became of it must be looked up.
  bool is_done = false;
  /// JSON: what it answered when it is done; what was seen before it when it is not.
  std::string record;
};

class Journal {
 public:
  explicit Journal(const std::string& ledger_schema);

  /// All rows, in order; nothing when there is no ledger.
  std::vector<JournalRow> read(postgres::Session& session) const;
  /// One INSERT for all rows; empty without rows.
  std::string insert_sql(const std::vector<JournalRow>& rows, const std::string& run) const;
  /// Turns an intent into a done statement.
  std::string done_sql(const JournalRow& row) const;
  std::string forget_statement_sql(const JournalRow& row) const;
  /// Forgets a migration: it is done, or abandoned.
  std::string forget_sql(const std::string& revision) const;

 private:
  std::string table_;
};

/// The rows of one migration in one direction.
std::vector<JournalRow> rows_of(const std::vector<JournalRow>& rows, const std::string& revision, Direction direction);

}  // namespace revisions
