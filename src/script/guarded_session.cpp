// Looks at each statement before it is sent and at the transaction afterwards, and tells the watcher.
#include "script/guarded_session.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/error.hpp"
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

}  // namespace

postgres::Result query_watched(postgres::Session& session, Watcher* watcher, std::string_view sql,
                               const postgres::Parameters& parameters, const std::function<std::string()>& place) {
  if (!watcher) return session.query(sql, parameters);
  const base::Stopwatch stopwatch;
  try {
    postgres::Result result = session.query(sql, parameters);
    watcher->after_statement(
        {sql, place(), stopwatch.milliseconds(), result.command_tag(), result.affected_rows(), nullptr, &parameters});
    return result;
  } catch (const postgres::SqlError& error) {
    watcher->after_statement({sql, place(), stopwatch.milliseconds(), "", 0, &error, &parameters});
    throw;
  }
}

postgres::Result GuardedSession::query(std::string_view sql, const postgres::Parameters& parameters) {
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
    refuse_transaction_control(sql);
    real_.execute(sql, parameters);
  }
}

}  // namespace script
