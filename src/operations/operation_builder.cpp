// Running and rendering, the same for every operation.
#include "operations/operation_builder.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "operations/lua_text.hpp"
#include "postgres/recording.hpp"
#include "postgres/sql_error.hpp"

namespace operations {

namespace {

/// `table = "app.orders"` is a table whose name has a dot; say so when PostgreSQL did not find it.
std::string dotted_name_advice(const base::Map& arguments) {
  for (const auto& [key, value] : arguments) {
    if (key != "table" && key != "name") continue;
    const auto* text = value.get_if<std::string>();
    const std::size_t dot = text ? text->find('.') : std::string::npos;
    if (dot == std::string::npos || dot == 0) continue;
    return fmt::format("a name is taken as it is, dot included; write schema = \"{}\", {} = \"{}\"",
                       text->substr(0, dot), key, text->substr(dot + 1));
  }
  return {};
}

}  // namespace

std::string OperationBase::lua() const { return lua_call("op." + type().name(), arguments()); }

void OperationBase::run(postgres::Session& session, Notes& notes) const {
  if (session.is_live() && needs_no_transaction() &&
      session.transaction_status() != postgres::TransactionStatus::idle) {
    if (!session.can_leave_transaction())
      throw base::Error(base::code::needs_no_transaction,
                        fmt::format("op.{}: PostgreSQL cannot {} inside a transaction", type().name(), description()))
          .advise("take it out of db.savepoint, or out of the check");
    notes.note(description() + " cannot run in a transaction: what came before it is committed first");
  }
  try {
    execute(session, notes);
  } catch (postgres::SqlError& error) {
    if (error.advice().empty())
      if (std::string advice = dotted_name_advice(arguments()); !advice.empty()) error.advise(std::move(advice));
    throw;
  }
}

void send(const Operation& op, postgres::Session& session) {
  for (const std::string& statement : op.sql()) session.execute(statement);
}

std::vector<std::string> record(const std::function<void(postgres::Session&)>& run) {
  std::vector<std::string> statements;
  postgres::RecordingSession recorder([&statements](std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ';')) text.remove_suffix(1);
    statements.emplace_back(text);
  });
  run(recorder);
  return statements;
}

}  // namespace operations
