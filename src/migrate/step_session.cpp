// Three ways for a statement: replayed from the journal, inside a transaction, or alone.
#include "migrate/step_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/lone_statement.hpp"
#include "migrate/row_check.hpp"
#include "postgres/recorded_result.hpp"
#include "postgres/sql_grammar.hpp"

namespace migrate {

using base::Error;
using postgres::Parameters;
using postgres::Result;
using postgres::TransactionStatus;
using revisions::JournalRow;
namespace code = base::code;

namespace {

/// What a transaction may keep for a journal that it will probably never write.
constexpr std::size_t most_kept_bytes = 16 << 20;

/// Does a statement only change rows? A text of several statements counts as a definition, which waits shortly.
bool changes_rows(std::string_view sql, const postgres::StatementClass& kind) {
  return kind.kind == postgres::StatementKind::data && sql.find(';') == std::string_view::npos;
}

/// The server counts positions in the whole message.
postgres::SqlError without_prefix(const postgres::SqlError& error, std::size_t prefix, std::string_view sql) {
  postgres::Diagnostics diagnostics = error.diagnostics();
  diagnostics.position = std::max(0, diagnostics.position - static_cast<int>(prefix));
  return {diagnostics, std::string(sql)};
}

/// What a unit said that is not the server's, as the journal keeps it.
postgres::Diagnostics said(const Error& error) {
  postgres::Diagnostics diagnostics;
  diagnostics.severity = "ERROR";
  diagnostics.message = error.what();
  return diagnostics;
}

}  // namespace

std::string statement_hash(std::string_view sql, const Parameters& parameters) {
  std::string text(sql);
  for (const postgres::Parameter& each : parameters) text += each.text ? '\0' + *each.text : std::string("\0\1", 2);
  return base::sha256_hex(text);
}

StepSession::StepSession(postgres::Connection& connection, const revisions::Journal& journal, StepContext context,
                         std::vector<JournalRow> rows)
    : connection_(connection),
      journal_(journal),
      context_(std::move(context)),
      rows_(std::move(rows)),
      met_(connection) {
  std::size_t intents = 0;
  for (const JournalRow& row : rows_) ++(row.is_done ? journaled_ : intents);
  has_intent_ = intents > 0;
  if (!context_.transactional) autocommit_ = 1;
}

const JournalRow* StepSession::earlier_row(int ordinal) const {
  const auto index = static_cast<std::size_t>(ordinal) - 1;
  return index < rows_.size() ? &rows_[index] : nullptr;
}

Result StepSession::query(std::string_view sql, const Parameters& parameters) {
  if (is_in_batches_) return connection_.query(sql, parameters);
  const postgres::StatementClass kind = postgres::classify(sql);
  return replay_or({++ordinal_, std::string(sql), parameters, {}, {}}, [&](Statement statement) {
    if (kind.needs_no_transaction) return alone(std::move(statement));
    return in_transaction(std::move(statement), [&](const Statement& each) { return send(each, kind); });
  });
}

Result StepSession::run_unit(std::string_view text, const std::function<Result(postgres::Session&)>& work) {
  if (is_in_batches_) return work(connection_);
  return replay_or({++ordinal_, std::string(text), {}, {}, {}}, [&](Statement statement) {
    return in_transaction(std::move(statement), [&](const Statement&) {
      if (!for_rows_) connection_.query(context_.timeouts.set_local_sql(true));
      for_rows_ = true;
      return work(connection_);
    });
  });
}

std::vector<postgres::ResultColumn> StepSession::describe(std::string_view sql) {
  if (is_in_batches_) return connection_.describe(sql);
  refuse_streaming_outside();
  open();
  return connection_.describe(sql);
}

/// What was read this way is in no journal, so nothing that follows from it may be in one.
std::uint64_t StepSession::copy_out(std::string_view sql, const postgres::CopySink& take) {
  // A batch is one transaction, and is done again as a whole.
  if (is_in_batches_) return connection_.copy_out(sql, take);
  refuse_streaming_outside();
  open();
  has_streamed_ = true;
  return connection_.copy_out(sql, take);
}

void StepSession::refuse_streaming_outside() const {
  if (!is_in_autocommit()) return;
  throw Error(code::stream_outside_transaction, "rows can be streamed in a transaction only")
      .because(
          "outside of it each statement commits by itself, and after an interruption the same rows would have to "
          "be read again")
      .advise("db.query reads rows that are kept for that; or leave transaction = \"none\" away");
}

Result StepSession::replay_or(Statement statement, const std::function<Result(Statement)>& run) {
  if (const JournalRow* row = earlier_row(statement.ordinal)) {
    refuse_edited(*row, statement);
    if (row->is_done) return postgres::replayed(row->record, statement.sql);
  }
  if (statement.ordinal == context_.skipped) {
    skip(statement);
    return {};
  }
  at_work_ = statement.sql;
  Result result = run(std::move(statement));
  at_work_.clear();
  return result;
}

void StepSession::refuse_edited(const JournalRow& row, const Statement& now) const {
  if (row.hash == statement_hash(now.sql, now.parameters)) return;
  throw Error(code::half_done_changed,
              fmt::format("statement {} of the half-done migration is not the one that was run", now.ordinal))
      .because(fmt::format("it was: {}\nit is:  {}", base::trim(row.statement), base::trim(now.sql)))
      .advise("put the file back and run the command again, or see: waxwing status");
}

void StepSession::open() {
  // A script may have caught it, but what it did is gone.
  if (failed_commit_) throw *failed_commit_;
  if (is_open_) return;
  connection_.query(fmt::format("BEGIN; {}; SELECT {}", context_.timeouts.set_local_sql(false), context_.fence_sql));
  is_open_ = true;
  for_rows_ = false;
}

JournalRow StepSession::row_of(const Statement& statement) const {
  return {context_.revision,
          context_.direction,
          statement.ordinal,
          statement_hash(statement.sql, statement.parameters),
          statement.sql,
          true,
          statement.refusal.empty() ? postgres::recorded(statement.result) : statement.refusal};
}

std::vector<JournalRow> StepSession::kept_rows() {
  if (has_streamed_)
    throw Error(code::stream_outside_transaction, "the migration leaves its transaction after it streamed rows")
        .because("to go on after an interruption, what it read must be kept, and streamed rows are not")
        .advise("put the statement that cannot run in a transaction into a migration of its own");
  if (kept_too_much_)
    throw Error(code::script_error, "the migration reads too much before it leaves its transaction")
        .because(fmt::format("to go on after an interruption, what it read must be kept, and that is over {} MiB",
                             most_kept_bytes >> 20))
        .advise("put the statement that cannot run in a transaction into a migration of its own");
  std::vector<JournalRow> rows;
  for (const Statement& statement : kept_) rows.push_back(row_of(statement));
  return rows;
}

/// Commits what the transaction did, together with its journal rows.
void StepSession::close() {
  if (!is_open_) return;
  const std::vector<JournalRow> rows = kept_rows();
  try {
    connection_.query(rows.empty() ? "COMMIT"
                                   : fmt::format("SELECT {}; {}; COMMIT", context_.fence_sql,
                                                 journal_.insert_sql(rows, context_.run)));
  } catch (const postgres::SqlError& error) {
    failed_commit_ = error;
    throw;
  }
  is_open_ = false;
  if (!connection_.has_committed())
    throw Error(code::statement_failed, "the transaction was rolled back instead of committed");
  journaled_ += rows.size();
  kept_.clear();
  kept_bytes_ = 0;
}

Result StepSession::send(const Statement& statement, const postgres::StatementClass& kind) {
  const bool for_rows = kind.kind == postgres::StatementKind::query ? for_rows_ : changes_rows(statement.sql, kind);
  const std::string settings = for_rows == for_rows_ ? "" : context_.timeouts.set_local_sql(for_rows) + "; ";
  Result result;
  if (statement.parameters.empty()) {
    result = send_with(settings, statement,
                       kind.kind == postgres::StatementKind::definition ? demands_of(statement.sql)
                                                                        : std::vector<postgres::RowDemand>());
  } else {
    if (!settings.empty()) connection_.query(settings);
    result = connection_.query(statement.sql, statement.parameters);
  }
  for_rows_ = for_rows;
  return result;
}

Result StepSession::send_with(const std::string& settings, const Statement& statement,
                              const std::vector<postgres::RowDemand>& demands) {
  const std::string prefix = settings + (demands.empty() ? "" : MetDemands::savepoint_sql);
  try {
    const Result result = connection_.query(prefix + statement.sql);
    met_.remember(statement.sql, demands);
    return result;
  } catch (const postgres::SqlError& failure) {
    postgres::SqlError error = without_prefix(failure, prefix.size(), statement.sql);
    if (!demands.empty()) met_.explain_inside(error, demands);
    throw error;
  }
}

void StepSession::keep(Statement statement) {
  kept_bytes_ += statement.sql.size() + postgres::size_of(statement.result) + sizeof(Statement);
  for (const postgres::Parameter& each : statement.parameters) kept_bytes_ += each.text ? each.text->size() : 0;
  if (kept_bytes_ > most_kept_bytes) {
    kept_too_much_ = true;
    kept_ = {};
  }
  if (!kept_too_much_) kept_.push_back(std::move(statement));
}

Result StepSession::in_transaction(Statement statement, const std::function<Result(const Statement&)>& run) {
  const bool commits_at_once = is_in_autocommit();
  open();
  try {
    statement.result = run(statement);
  } catch (const Error& error) {
    const auto* refused = dynamic_cast<const postgres::SqlError*>(&error);
    if (!refused && (!connection_.is_alive() || base::interrupt_signal() != 0)) throw;
    // A script may catch it; a replay then has to refuse the statement as well.
    statement.refusal = postgres::recorded(refused ? *refused : postgres::SqlError(said(error), statement.sql));
    if (commits_at_once) {
      connection_.query("ROLLBACK");
      is_open_ = false;
    }
    keep(std::move(statement));
    throw;
  }
  if (connection_.transaction_status() == TransactionStatus::idle) {
    is_open_ = false;
    throw Error(code::transaction_in_script, "the statement ended the transaction of the step")
        .because(std::string(base::trim(statement.sql)));
  }
  const Result result = statement.result;
  const bool must_commit = commits_at_once || (context_.commits_enum_values && savepoints_.empty() &&
                                               postgres::adds_enum_value(statement.sql));
  keep(std::move(statement));
  if (must_commit) close();
  return result;
}

/// Intent, look, repair, do, verify, done.
Result StepSession::alone(Statement statement) {
  close();
  JournalRow row = row_of(statement);
  row.is_done = false;
  bool is_done = false;
  if (const JournalRow* intent = earlier_row(statement.ordinal)) {
    row.record = intent->record;
    is_done = repair(connection_, row.statement, row.record);
  } else {
    row.record = seen_before(connection_, row.statement);
    std::vector<JournalRow> rows = kept_rows();
    kept_.clear();
    journaled_ += rows.size();
    rows.push_back(row);
    write_intent(fmt::format("SELECT {}; {}", context_.fence_sql, journal_.insert_sql(rows, context_.run)));
  }
  if (!is_done) {
    statement.result = send_alone(row);
    verify_done(connection_, row.statement);
    met_.remember(row.statement, demands_of(row.statement));
  }
  connection_.query(journal_.done_sql(row_of(statement)));
  has_intent_ = false;
  ++journaled_;
  return statement.result;
}

/// Without an answer it may be there.
void StepSession::write_intent(const std::string& sql) {
  has_intent_ = true;
  try {
    connection_.query(sql);
  } catch (const postgres::SqlError&) {
    has_intent_ = false;
    throw;
  }
}

void StepSession::forget_intent(const JournalRow& row) {
  connection_.query(journal_.forget_statement_sql(row));
  has_intent_ = false;
}

Result StepSession::run_batches(postgres::BatchedWork& work) {
  if (!can_leave_transaction())
    throw Error(code::needs_no_transaction, "batches cannot be inside db.savepoint, nor inside other batches")
        .because("each of them commits, and cannot be undone with the savepoint");
  Statement statement{++ordinal_, work.statement(), {}, {}, {}};
  JournalRow row = row_of(statement);
  row.is_done = false;
  row.record = batched_record;
  const JournalRow* earlier = earlier_row(ordinal_);
  if (earlier) {
    refuse_edited(*earlier, statement);
    if (earlier->is_done) return postgres::replayed(earlier->record, statement.sql);
  }
  if (statement.ordinal == context_.skipped) {
    skip(statement);
    return {};
  }
  at_work_ = statement.sql;
  if (!earlier) begin_batches(work, row);
  statement.result = do_batches(work, row);
  connection_.query(journal_.done_sql(row_of(statement)));
  has_intent_ = false;
  ++journaled_;
  at_work_.clear();
  return statement.result;
}

/// What was done before is committed with the intent; what cannot work is refused before that.
void StepSession::begin_batches(postgres::BatchedWork& work, const JournalRow& row) {
  if (failed_commit_) throw *failed_commit_;
  try {
    work.prepare(connection_);
  } catch (const Error&) {
    // As if it had not been said: a script that catches this goes on, and does the same in a replay.
    --ordinal_;
    throw;
  }
  close();
  std::vector<JournalRow> rows = kept_rows();
  kept_.clear();
  journaled_ += rows.size();
  rows.push_back(row);
  write_intent(fmt::format("SELECT {}; {}; {}", context_.fence_sql, journal_.insert_sql(rows, context_.run),
                           work.begin_sql(batch_place(), context_.run)));
}

postgres::BatchPlace StepSession::batch_place() {
  return {connection_,
          *context_.console,
          context_.ledger_schema,
          context_.revision,
          context_.direction == revisions::Direction::up ? "up" : "down",
          ordinal_,
          context_.fence_sql,
          context_.timeouts.row_lock,
          context_.timeouts.row_statement,
          context_.timeouts.retry_deadline,
          committed_batches_};
}

Result StepSession::do_batches(postgres::BatchedWork& work, const JournalRow& row) {
  const postgres::BatchPlace place = batch_place();
  is_in_batches_ = true;
  try {
    const Result result = work.run(place);
    is_in_batches_ = false;
    return result;
  } catch (const Error& error) {
    is_in_batches_ = false;
    // Nothing was done yet, so the author may correct it.
    const bool is_idle = connection_.is_alive() && connection_.transaction_status() == TransactionStatus::idle;
    if (committed_batches_ == 0 && !earlier_row(row.ordinal) && is_idle && base::interrupt_signal() == 0)
      forget_intent(row);
    throw;
  } catch (...) {
    is_in_batches_ = false;
    throw;
  }
}

void StepSession::skip(const Statement& statement) {
  const JournalRow row = row_of(statement);
  if (context_.console)
    context_.console->info("migrate",
                           fmt::format("leaving out statement {}: {}", row.ordinal, base::trim(row.statement)));
  connection_.query(earlier_row(row.ordinal) ? journal_.done_sql(row) : journal_.insert_sql({row}, context_.run));
  has_intent_ = false;
  ++journaled_;
}

Result StepSession::send_alone(const JournalRow& row) {
  static constexpr const char* no_timeouts = "SET lock_timeout = 0; SET statement_timeout = 0";
  // It holds up nobody while it waits: others read and write beside it.
  connection_.query(fmt::format("SET lock_timeout = {}; SET statement_timeout = {}",
                                std::max(context_.timeouts.lock, context_.timeouts.retry_deadline),
                                context_.timeouts.statement));
  try {
    const Result result = connection_.query(row.statement);
    connection_.query(no_timeouts);
    return result;
  } catch (postgres::SqlError& error) {
    connection_.query(no_timeouts);
    // A lock timeout, a cancel and a deadlock are tried again; everything else is final.
    const std::string& state = error.diagnostics().sqlstate;
    if (state != "55P03" && state != "57014" && state != "40P01") {
      clean_up(connection_, row.statement, row.record);
      forget_intent(row);
      met_.explain_alone(error);
    }
    throw;
  }
}

void StepSession::begin_savepoint() {
  if (is_in_batches_) return Session::begin_savepoint();
  const JournalRow* next = earlier_row(ordinal_ + 1);
  const bool is_replayed = next && next->is_done;
  if (!is_replayed) {
    open();
    connection_.query("SAVEPOINT waxwing_script");
  }
  savepoints_.push_back({!is_replayed, for_rows_});
}

void StepSession::release_savepoint() {
  if (is_in_batches_) return Session::release_savepoint();
  const Savepoint savepoint = savepoints_.back();
  savepoints_.pop_back();
  if (!savepoint.was_sent) return;
  connection_.query("RELEASE SAVEPOINT waxwing_script");
  if (is_in_autocommit()) close();
}

void StepSession::undo_savepoint() {
  if (is_in_batches_) return Session::undo_savepoint();
  const Savepoint savepoint = savepoints_.back();
  savepoints_.pop_back();
  if (!savepoint.was_sent) return;
  connection_.query("ROLLBACK TO SAVEPOINT waxwing_script; RELEASE SAVEPOINT waxwing_script");
  for_rows_ = savepoint.for_rows;
  if (is_in_autocommit()) close();
}

void StepSession::begin_autocommit() {
  if (is_in_batches_)
    throw Error(code::needs_no_transaction, "db.autocommit cannot be inside db.batches")
        .because("a batch and its checkpoint commit together");
  if (!savepoints_.empty())
    throw Error(code::needs_no_transaction, "db.autocommit cannot be inside db.savepoint")
        .because("what is committed cannot be undone with the savepoint");
  if (autocommit_++ == 0) close();
}

void StepSession::end_autocommit() { --autocommit_; }

TransactionStatus StepSession::transaction_status() const {
  if (!connection_.is_alive()) return TransactionStatus::unknown;
  if (is_open_ || is_in_batches_) return connection_.transaction_status();
  return is_in_autocommit() ? TransactionStatus::idle : TransactionStatus::in_transaction;
}

void StepSession::open_last_transaction() {
  if (const JournalRow* next = earlier_row(ordinal_ + 1))
    throw Error(code::half_done_changed, "the half-done migration has fewer statements than were run")
        .because(fmt::format("statement {} was: {}", next->ordinal, base::trim(next->statement)))
        .advise("put the file back and run the command again, or see: waxwing status");
  open();
}

}  // namespace migrate
