// Looks at each statement before it is sent and at the transaction afterwards, and tells the watcher.
#include "script/guarded_session.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "postgres/batched_work.hpp"
#include "postgres/sql_text.hpp"

namespace script {

using base::Error;
namespace code = base::code;
using postgres::TransactionStatus;

namespace {

void refuse_transaction_control(std::string_view sql) {
  for (const postgres::Statement& statement : postgres::split_statements(sql))
    if (postgres::classify(statement.text).breaks_transaction)
      throw Error(code::transaction_in_script,
                  fmt::format("a script cannot say {}", statement.text.substr(0, statement.text.find_first_of(" \n;"))))
          .because("the change, its verification and its ledger row commit together")
          .advise("remove the statement; db.savepoint(function() ... end) undoes a part");
}

template <class Run>
postgres::Result watched(Watcher* watcher, std::string_view sql, const postgres::Parameters& parameters,
                         const std::function<std::string()>& place, Run run) {
  if (!watcher) return run();
  const base::Stopwatch stopwatch;
  try {
    postgres::Result result = run();
    watcher->after_statement(
        {sql, place(), stopwatch.milliseconds(), result.command_tag(), result.affected_rows(), nullptr, &parameters});
    return result;
  } catch (const postgres::SqlError& error) {
    watcher->after_statement({sql, place(), stopwatch.milliseconds(), "", 0, &error, &parameters});
    throw;
  }
}

}  // namespace

postgres::Result query_watched(postgres::Session& session, Watcher* watcher, std::string_view sql,
                               const postgres::Parameters& parameters, const std::function<std::string()>& place) {
  return watched(watcher, sql, parameters, place, [&] { return session.query(sql, parameters); });
}

void GuardedSession::refuse_while_passing_rows() const {
  if (!is_passing_rows_) return;
  throw Error(code::rows_on_their_way, "the database cannot be asked while rows pass through a function")
      .because("the connection carries the rows")
      .advise("read what the function needs before it, into a table: local rates = db.rows(...)");
}

postgres::Result GuardedSession::query(std::string_view sql, const postgres::Parameters& parameters) {
  refuse_while_passing_rows();
  refuse_transaction_control(sql);
  const TransactionStatus before = real_.transaction_status();
  postgres::Result result = query_watched(real_, watcher_, sql, parameters, place_);
  if (before == TransactionStatus::in_transaction && real_.transaction_status() != before)
    throw Error(code::transaction_in_script, "the statement ended the transaction of the step");
  return result;
}

void GuardedSession::execute(std::string_view sql, const postgres::Parameters& parameters) {
  // Only a session without a server has a difference between the two.
  if (real_.is_live()) {
    query(sql, parameters);
  } else {
    refuse_while_passing_rows();
    refuse_transaction_control(sql);
    real_.execute(sql, parameters);
  }
}

postgres::Result GuardedSession::run_batches(postgres::BatchedWork& work) {
  refuse_while_passing_rows();
  if (!watcher_) return real_.run_batches(work);
  const std::string sql = work.statement();
  const base::Stopwatch stopwatch;
  try {
    const postgres::Result result = real_.run_batches(work);
    const std::uint64_t rows = result.empty() ? 0 : static_cast<std::uint64_t>(result.integer(0, 0));
    watcher_->after_statement(
        {sql, place_(), stopwatch.milliseconds(), fmt::format("BATCHES {}", rows), rows, nullptr, nullptr});
    return result;
  } catch (const postgres::SqlError& error) {
    watcher_->after_statement({sql, place_(), stopwatch.milliseconds(), "", 0, &error, nullptr});
    throw;
  }
}

namespace {

/// True while it lives.
class Flag {
 public:
  explicit Flag(bool& flag) : flag_(flag) { flag_ = true; }
  ~Flag() { flag_ = false; }
  Flag(const Flag&) = delete;
  Flag& operator=(const Flag&) = delete;

 private:
  bool& flag_;
};

}  // namespace

std::vector<postgres::ResultColumn> GuardedSession::describe(std::string_view sql) {
  refuse_while_passing_rows();
  refuse_transaction_control(sql);
  return real_.describe(sql);
}

std::uint64_t GuardedSession::copy_out(std::string_view sql, const postgres::CopySink& take) {
  refuse_while_passing_rows();
  refuse_transaction_control(sql);
  const Flag passing(is_passing_rows_);
  std::uint64_t rows = 0;
  watched(watcher_, sql, {}, place_, [&] {
    rows = real_.copy_out(sql, take);
    return postgres::Result();
  });
  return rows;
}

postgres::Result GuardedSession::run_unit(std::string_view statement,
                                          const std::function<postgres::Result(postgres::Session&)>& work) {
  refuse_while_passing_rows();
  const Flag passing(is_passing_rows_);
  return watched(watcher_, statement, {}, place_, [&] { return real_.run_unit(statement, work); });
}

}  // namespace script
