// Looks at each statement before it is sent and at the transaction afterwards.
#include "script/guarded_session.hpp"

#include <fmt/format.h>

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

postgres::Result GuardedSession::query(std::string_view sql, const postgres::Parameters& parameters) {
  refuse_transaction_control(sql);
  const TransactionStatus before = real_.transaction_status();
  postgres::Result result = real_.query(sql, parameters);
  if (before == TransactionStatus::in_transaction && real_.transaction_status() != before)
    throw Error(code::transaction_in_script, "the statement ended the transaction of the step");
  return result;
}

void GuardedSession::execute(std::string_view sql, const postgres::Parameters& parameters) {
  refuse_transaction_control(sql);
  real_.execute(sql, parameters);
}

}  // namespace script
