// What the transaction of a fix has changed: by the server's own counts, and by the rows that were kept.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "migrate/fixes/captured_tables.hpp"
#include "migrate/fixes/fix_ledger.hpp"

namespace migrate {

/// The server's counts, from where they stood when this was made.
class ChangedRows {
 public:
  ChangedRows(postgres::Session& session, std::string ledger_schema)
      : session_(session), ledger_schema_(std::move(ledger_schema)), before_(read()) {}

  /// Changes that no trigger saw: by functions and triggers in other tables, TRUNCATE and definitions in functions.
  /// Throws code::fix_outside_touches and code::fix_not_undoable; sequences that went on are added to `lasting`.
  void refuse_unseen(const std::vector<CapturedTable>& tables, std::vector<std::string>& lasting);

 private:
  std::map<std::string, long long> read();

  postgres::Session& session_;
  const std::string ledger_schema_;
  std::map<std::string, std::string> names_;
  const std::map<std::string, long long> before_;
};

/// The tables of which rows were kept, with their counts. Throws code::fix_cannot_capture where their rows could not be
/// told apart.
std::vector<FixTableRow> count_rows(postgres::Session& session, const FixLedger& ledger, const std::string& run,
                                    const std::vector<CapturedTable>& tables);

}  // namespace migrate
