// A restore in the ledger, so that `waxwing report` can tell it like any other run.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/console.hpp"
#include "base/error.hpp"
#include "migrate/project.hpp"
#include "migrate/restore.hpp"
#include "revisions/ledger.hpp"
#include "schema/snapshot.hpp"
#include "schema/table_sums.hpp"

namespace migrate {

/// The ledger is a part of what is restored: its runs end where the backup was made, and the restore itself is the one
/// that follows. A record never stops a restore, and there is none where the restored database has no ledger.
class RestoreRecord {
 public:
  /// Looks at the database as it is before.
  RestoreRecord(Project& project, base::Console& console, postgres::Connection& connection, const std::string& file,
                const std::string& position);

  /// The row of the run and its first event, for the end of the restoring transaction.
  std::string sql_at_commit() const;
  /// What is different now, and the tables that were compared with the manifest.
  void done(postgres::Connection& connection, const RestoreSummary& summary,
            const std::vector<schema::TableSum>& compared);
  /// The restore was rolled back.
  void failed(postgres::Connection& connection, const base::Error& error, double milliseconds);

 private:
  nlohmann::ordered_json end_event(postgres::Connection& connection, const std::string& position,
                                   double milliseconds) const;
  std::string start_sql(const char* outcome) const;

  base::Console& console_;
  const revisions::Ledger ledger_;
  revisions::RunStart start_;
  std::string position_;
  nlohmann::ordered_json begin_;
  std::optional<schema::Snapshot> before_;
};

}  // namespace migrate
