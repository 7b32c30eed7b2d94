// The session that a migration's script works on: it opens the transaction of the step, leaves it for what cannot run
// in one, and replays what an interrupted run had done.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "migrate/met_demands.hpp"
#include "migrate/timeouts.hpp"
#include "postgres/batched_work.hpp"
#include "postgres/connection.hpp"
#include "postgres/sql_error.hpp"
#include "postgres/sql_text.hpp"
#include "revisions/journal.hpp"

namespace migrate {

struct StepContext {
  std::string revision, run;
  revisions::Direction direction = revisions::Direction::up;
  /// False for `transaction = "none"`: each statement commits by itself.
  bool transactional = true;
  /// Commit after ALTER TYPE ... ADD VALUE, because the value is used later on.
  bool commits_enum_values = false;
  /// Take the statement with this number as done; 0 for none.
  int skipped = 0;
  std::string fence_sql;
  Timeouts timeouts;
  std::string ledger_schema{};
  base::Console* console = nullptr;
};

/// What the journal notes with the intent of batched work: its repair is to go on from its checkpoint.
inline constexpr const char* batched_record = R"({"batched": true})";

/// By which a statement of the journal is known again: SHA-256 of the text and its parameters.
std::string statement_hash(std::string_view sql, const postgres::Parameters& parameters);

/// A migration that stays in one transaction writes no journal. As soon as it leaves it, every statement has an ordinal
/// and a hash, and commits together with its journal row (protocol 6 of the guide's page on safety).
class StepSession final : public postgres::Session {
 public:
  /// `rows` are the journal's rows of this migration from an earlier run, in order.
  StepSession(postgres::Connection& connection, const revisions::Journal& journal, StepContext context,
              std::vector<revisions::JournalRow> rows);

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override;
  std::vector<postgres::ResultColumn> describe(std::string_view sql) override;
  std::uint64_t copy_out(std::string_view sql, const postgres::CopySink& take) override;
  postgres::Result run_unit(std::string_view statement,
                            const std::function<postgres::Result(postgres::Session&)>& work) override;
  void begin_savepoint() override;
  void release_savepoint() override;
  void undo_savepoint() override;
  void begin_autocommit() override;
  void end_autocommit() override;
  /// Intent and a fresh checkpoint, or the checkpoint of an earlier run; the work; done.
  postgres::Result run_batches(postgres::BatchedWork& work) override;
  bool can_leave_transaction() const override { return savepoints_.empty() && !is_in_batches_; }
  bool is_live() const override { return true; }
  postgres::TransactionStatus transaction_status() const override;
  int server_version() const override { return connection_.server_version(); }
  std::vector<postgres::Notice> take_notices() override { return connection_.take_notices(); }

  /// After the script: makes sure that the transaction which the ledger row goes into is open. Throws
  /// code::half_done_changed when the script ended before all journal rows were replayed.
  void open_last_transaction();
  /// Is part of the step committed, so that it can only go on from there?
  bool is_journaled() const { return journaled_ > 0; }
  /// How many batches of batched work were committed on this connection.
  long long committed_batches() const { return committed_batches_; }
  /// How many statements are committed, and the one that was at work when an error came.
  std::size_t committed_statements() const { return journaled_; }
  const std::string& statement_at_work() const { return at_work_; }
  /// Does the journal say of a statement that it was begun, and not that it is done?
  bool has_intent() const { return has_intent_; }
  /// What the statements of this run demanded of rows that were there, and the rows met.
  const std::vector<postgres::RowDemand>& met_demands() const { return met_.all(); }

 private:
  struct Savepoint {
    bool was_sent, for_rows;
  };
  /// A statement on its way through the session; it becomes a journal row only when the step leaves its transaction.
  struct Statement {
    int ordinal;
    std::string sql;
    postgres::Parameters parameters;
    postgres::Result result;
    /// Set when it was refused.
    std::string refusal;
  };
  void write_intent(const std::string& sql);
  void forget_intent(const revisions::JournalRow& row);
  void begin_batches(postgres::BatchedWork& work, const revisions::JournalRow& row);
  postgres::BatchPlace batch_place();
  postgres::Result do_batches(postgres::BatchedWork& work, const revisions::JournalRow& row);
  bool is_in_autocommit() const { return autocommit_ > 0 && savepoints_.empty(); }
  void open();
  void close();
  postgres::Result send(const Statement& statement, const postgres::StatementClass& kind);
  postgres::Result send_with(const std::string& settings, const Statement& statement,
                             const std::vector<postgres::RowDemand>& demands);
  postgres::Result in_transaction(Statement statement, const std::function<postgres::Result(const Statement&)>& run);
  postgres::Result replay_or(Statement statement, const std::function<postgres::Result(Statement)>& run);
  postgres::Result alone(Statement statement);
  void skip(const Statement& statement);
  postgres::Result send_alone(const revisions::JournalRow& row);
  void refuse_streaming_outside() const;
  void refuse_edited(const revisions::JournalRow& row, const Statement& now) const;
  void keep(Statement statement);
  revisions::JournalRow row_of(const Statement& statement) const;
  std::vector<revisions::JournalRow> kept_rows();
  /// The row of an earlier run at this ordinal; null when there is none.
  const revisions::JournalRow* earlier_row(int ordinal) const;

  postgres::Connection& connection_;
  const revisions::Journal& journal_;
  const StepContext context_;
  const std::vector<revisions::JournalRow> rows_;
  /// Statements of the open transaction, not yet in the journal.
  std::vector<Statement> kept_;
  std::size_t kept_bytes_ = 0, journaled_ = 0;
  bool is_open_ = false, for_rows_ = false, kept_too_much_ = false, has_streamed_ = false;
  int ordinal_ = 0, autocommit_ = 0;
  bool has_intent_ = false;
  /// Statements of a function that works on a batch are part of its transaction, and no business of the journal.
  bool is_in_batches_ = false;
  long long committed_batches_ = 0;
  std::vector<Savepoint> savepoints_;
  std::optional<postgres::SqlError> failed_commit_;
  std::string at_work_;
  MetDemands met_;
};

}  // namespace migrate
