// The ledger: which revisions are applied to a database, and which runs applied them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "postgres/session.hpp"
#include "revisions/target.hpp"

namespace revisions {

/// A row of the table `revision`.
struct LedgerRow {
  std::string revision, message, checksum, kind, applied_at, applied_by, host, run;
  std::optional<double> duration_ms;
};

/// What a step writes about the revision it applies.
struct AppliedRevision {
  std::string revision, message, checksum, source;
  double duration_ms = 0;
};

/// A run as it is opened: `target` is what the user typed.
struct RunStart {
  std::string run, command, target, host;
  /// JSON that is kept in run.detail from the start on; may be empty.
  std::string detail = {};
};

/// A run as it was recorded. Times are ISO in UTC.
struct RunRow {
  std::string run, command, target, started_at, finished_at, outcome, started_by, host, version;
  /// JSON, or empty.
  std::string detail;
};

/// Something that happened in a run; `detail` is JSON.
struct EventRow {
  std::string at, kind, revision, detail;
};

class Ledger {
 public:
  /// `schema` is where the ledger lives ("waxwing" unless configured).
  explicit Ledger(std::string schema);

  /// Which version of the ledger's own tables the database has; 0 when there is none. Throws code::ledger_too_new.
  int read_version(postgres::Session& session) const;
  /// The statements that bring the ledger from `version` to the present one; empty when it is up to date.
  std::string create_sql(int version) const;
  /// Makes or updates the ledger, in a transaction of its own. Does nothing when it is up to date.
  void create(postgres::Session& session) const;

  /// All applied revisions, in no order; nothing when the database has no ledger. One round trip, outside a
  /// transaction.
  std::vector<LedgerRow> read(postgres::Session& session) const;
  /// The text of a revision as it was applied; nothing when it was stamped or is not applied.
  std::optional<std::string> read_source(postgres::Session& session, const std::string& revision) const;
  /// Was `revision` applied by this very run? Tells what became of a COMMIT that was not answered.
  bool applied_by_run(postgres::Session& session, const std::string& revision, const std::string& run) const;

  /// The one row a step writes, as text, so that it travels in one message with COMMIT.
  std::string apply_sql(const AppliedRevision& applied, const RunStart& run) const;
  std::string unapply_sql(const std::string& revision) const;
  std::string stamp_sql(const std::string& revision, const std::string& message) const;

  /// May be sent again for the same run.
  std::string start_run_sql(const RunStart& run) const;
  /// `outcome` is done, failed or interrupted; `detail_json` is added to the detail for reports.
  std::string finish_run_sql(const std::string& run, const std::string& outcome, const std::string& detail_json) const;
  std::string event_sql(const std::string& run, const std::string& kind, const std::string& revision,
                        const std::string& detail_json) const;

  /// Runs, newest first; nothing when the database has no ledger. `wanted` is the beginning of a run's id, empty for
  /// all.
  std::vector<RunRow> read_runs(postgres::Session& session, const std::string& wanted, int limit) const;
  /// The events of a run, in order.
  std::vector<EventRow> read_events(postgres::Session& session, const std::string& run) const;

  const std::string& schema() const { return schema_; }

 private:
  std::string table(const char* name) const;
  std::string schema_;
};

/// The ids alone.
Applied applied_ids(const std::vector<LedgerRow>& rows);

}  // namespace revisions
