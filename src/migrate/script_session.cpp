// BEGIN when it is needed, COMMIT when it is said.
#include "migrate/script_session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "postgres/sql_text.hpp"

namespace migrate {

using base::Error;
using postgres::TransactionStatus;
namespace code = base::code;

ScriptSession::ScriptSession(postgres::Connection& connection, bool writes, const Config& config)
    : connection_(connection),
      writes_(writes),
      lock_timeout_(config.integer("row_lock_timeout_ms")),
      lone_lock_timeout_(std::max(lock_timeout_, config.integer("retry_deadline_ms"))) {
  connection_.query(
      fmt::format("SET default_transaction_read_only = {}; SET lock_timeout = {}; SET statement_timeout "
                  "= {}",
                  writes ? "off" : "on", lock_timeout_, config.integer("row_statement_timeout_ms")));
}

void ScriptSession::open() {
  if (is_open_) return;
  // Once a snapshot is taken, a script cannot make a read-only transaction writable.
  connection_.query(writes_ ? "BEGIN" : "BEGIN READ ONLY; SELECT");
  is_open_ = true;
}

postgres::Result ScriptSession::query(std::string_view sql, const postgres::Parameters& parameters) {
  if (!is_in_autocommit() || savepoints_ > 0) {
    open();
    return connection_.query(sql, parameters);
  }
  const bool waits_long = postgres::classify(sql).needs_no_transaction;
  const auto set_timeout = [&](long long timeout) { connection_.query(fmt::format("SET lock_timeout = {}", timeout)); };
  if (waits_long) set_timeout(lone_lock_timeout_);
  try {
    awaits_commit_ = true;
    postgres::Result result = connection_.query(sql, parameters);
    awaits_commit_ = false;
    has_committed_ = true;
    if (waits_long) set_timeout(lock_timeout_);
    return result;
  } catch (const postgres::SqlError&) {
    awaits_commit_ = false;
    if (waits_long) set_timeout(lock_timeout_);
    throw;
  }
}

void ScriptSession::begin_savepoint() {
  open();
  connection_.query("SAVEPOINT waxwing_script");
  ++savepoints_;
}

void ScriptSession::release_savepoint() {
  --savepoints_;
  connection_.query("RELEASE SAVEPOINT waxwing_script");
  if (is_in_autocommit() && savepoints_ == 0) commit();
}

void ScriptSession::undo_savepoint() {
  --savepoints_;
  connection_.query("ROLLBACK TO SAVEPOINT waxwing_script; RELEASE SAVEPOINT waxwing_script");
  if (is_in_autocommit() && savepoints_ == 0) commit();
}

void ScriptSession::begin_autocommit() {
  if (savepoints_ > 0)
    throw Error(code::needs_no_transaction, "db.autocommit cannot be inside db.savepoint")
        .because("what is committed cannot be undone with the savepoint");
  if (autocommit_++ == 0 && writes_) commit();
}

void ScriptSession::end_autocommit() { --autocommit_; }

TransactionStatus ScriptSession::transaction_status() const {
  if (!connection_.is_alive()) return TransactionStatus::unknown;
  if (is_open_) return connection_.transaction_status();
  return is_in_autocommit() ? TransactionStatus::idle : TransactionStatus::in_transaction;
}

void ScriptSession::commit(const std::string& last_sql) {
  if (!is_open_ && last_sql.empty()) return;
  const char* begin = is_open_ ? "" : "BEGIN; ";
  is_open_ = false;
  savepoints_ = 0;
  // What became of a COMMIT with last words of its own, the ledger tells.
  if (last_sql.empty()) awaits_commit_ = writes_;
  connection_.query(fmt::format("{}{}{}COMMIT", begin, last_sql, last_sql.empty() ? "" : "; "));
  const bool has_committed = connection_.has_committed();
  if (last_sql.empty()) awaits_commit_ = false;
  if (!has_committed)
    throw Error(code::statement_failed, "the transaction was rolled back instead of committed")
        .because("a statement in it had failed");
  has_committed_ = has_committed_ || writes_;
}

void ScriptSession::roll_back() {
  is_open_ = false;
  savepoints_ = autocommit_ = 0;
  const base::LastWords words;
  try {
    if (connection_.is_alive() && connection_.transaction_status() != TransactionStatus::idle)
      connection_.query("ROLLBACK");
  } catch (const Error&) {
    // The connection is gone, and the transaction with it.
  }
}

}  // namespace migrate
