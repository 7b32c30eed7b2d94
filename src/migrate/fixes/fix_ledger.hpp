// What the ledger keeps of fixes: who, why, with which parameters, and the rows as they were.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "migrate/fixes/captured_tables.hpp"
#include "postgres/session.hpp"

namespace migrate {

/// A fix or an undo as it was committed. JSON members are text.
struct FixRow {
  std::string run, name, path, reason, ticket, parameters, checksum, source;
  /// The run that it undoes; empty for a fix.
  std::string undoes;
  /// False when an undo left rows out.
  bool is_whole = true;
  long long statements = 0;
  double duration_ms = 0;
  /// A list of what an undo does not take back.
  std::string lasting;
  std::string committed_at, committed_by, host;
  /// When retention removed the rows; empty while they are there.
  std::string rows_removed;
  /// The newest undo of it that is in force; empty when there is none.
  std::string undone_by;
  bool is_undone_whole = false;
};

/// What a run changed in a table.
struct FixTableRow {
  int number = 0;
  std::string schema, name;
  std::vector<std::string> columns, identity;
  bool is_key = true;
  long long inserted = 0, updated = 0, deleted = 0;

  long long rows() const { return inserted + updated + deleted; }
  std::string shown() const;
};

class FixLedger {
 public:
  explicit FixLedger(std::string schema) : schema_(std::move(schema)) {}

  bool exists(postgres::Session& session) const;
  /// The statements that make it; the ledger itself must be there.
  std::string create_sql() const;
  /// The rows that a run changed in a table, qualified and quoted: waxwing_kind and the columns, where the kind is i
  /// for inserted, d for deleted, o and n for the old and new side of an update.
  std::string rows_table(const std::string& run, int number) const;

  std::string insert_sql(const FixRow& row, const std::vector<FixTableRow>& tables) const;
  /// Newest first; nothing when there never was a fix. `wanted` is the beginning of a run's id, empty for all.
  std::vector<FixRow> read(postgres::Session& session, const std::string& wanted, int limit) const;
  /// The one that `wanted` begins. Throws code::no_such_fix_run.
  FixRow find(postgres::Session& session, const std::string& wanted) const;
  /// The last run of a fix with the same parameters that is not undone.
  std::optional<FixRow> find_same(postgres::Session& session, const std::string& name,
                                  const std::string& parameters) const;
  std::vector<FixTableRow> read_tables(postgres::Session& session, const std::string& run) const;
  bool has_run(postgres::Session& session, const std::string& run) const;
  /// Drops the rows of runs older than this; returns how many runs.
  std::size_t remove_old_rows(postgres::Session& session, long long days) const;

  const std::string& schema() const { return schema_; }

 private:
  std::string table(const char* name) const;
  std::vector<FixRow> read_where(postgres::Session& session, const std::string& condition,
                                 const postgres::Parameters& parameters, int limit) const;
  std::string schema_;
};

}  // namespace migrate
