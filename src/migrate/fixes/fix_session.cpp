// Guards before, counts after.
#include "migrate/fixes/fix_session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"
#include "postgres/row_statement.hpp"
#include "postgres/sql_text.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

Error wrong_number_of_rows(long long rows, std::optional<long long> least, std::optional<long long> most) {
  Error error(code::fix_too_many_rows, fmt::format("the fix changes {}", base::count_of(rows, "row")));
  error.because(least && most
                    ? fmt::format("it expects {} to {} (expect_rows), cascades and triggers included", *least, *most)
                : most ? fmt::format("it expects at most {} (expect_rows), cascades and triggers included", *most)
                       : fmt::format("it expects at least {} (expect_rows)", least.value_or(0)));
  error.advise("look at the rows with a dry run, then correct the statements or expect_rows");
  return error;
}

FixSession::FixSession(postgres::Connection& connection, const std::vector<CapturedTable>& tables,
                       std::optional<long long> most_rows)
    : connection_(connection), tables_(tables), most_rows_(most_rows) {}

postgres::Result FixSession::query(std::string_view sql, const postgres::Parameters& parameters) {
  bool changes_rows = false;
  for (const postgres::Statement& statement : postgres::split_statements(sql)) {
    look_at(statement.text);
    changes_rows |= postgres::classify(statement.text).kind == postgres::StatementKind::data;
    ++statements_;
  }
  postgres::Result result = connection_.query(sql, parameters);
  // Of a query it would be the rows that it reads.
  if (changes_rows) rows_ += static_cast<long long>(result.affected_rows());
  if (most_rows_ && rows_ > *most_rows_) throw wrong_number_of_rows(rows_, std::nullopt, most_rows_);
  return result;
}

void FixSession::look_at(std::string_view text) {
  const postgres::StatementClass kind = postgres::classify(text);
  const postgres::RowStatement found = postgres::row_statement_of(text);
  const std::string refusal = kind.needs_no_transaction ? "a command outside of transactions" : found.refusal;
  if (!refusal.empty())
    throw Error(code::fix_not_undoable, fmt::format("a fix cannot do this: {}", refusal))
        .because("it changes rows that can be put back; this cannot be undone with them")
        .advise("write a migration for it: waxwing revision -m \"...\"");
  if (!found.without_where.empty())
    throw Error(code::fix_without_where, found.without_where + " has no WHERE")
        .because("it would change every row of the table")
        .advise("say which rows; WHERE true when all of them are meant");
  for (const postgres::TableName& table : found.written) refuse_outside(table.schema, table.name);
  lasting_.insert(found.lasting.begin(), found.lasting.end());
}

void FixSession::refuse_outside(const std::string& schema, const std::string& name) {
  const std::string qualified = postgres::quote_qualified(schema, name);
  if (known_.contains(qualified)) return;
  const postgres::Result found = connection_.query(
      "SELECT c.oid::text, c.relkind::text, c.relpersistence OPERATOR(pg_catalog.=) 't' FROM pg_catalog.pg_class c "
      "WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::text)::pg_catalog.oid",
      {{qualified}});
  // What is not there the server refuses; what stands behind a view is seen when the rows are counted.
  const bool is_table = !found.empty() && !found.boolean(0, 2) && found.text(0, 1) != "v";
  const bool is_named = is_table && std::any_of(tables_.begin(), tables_.end(), [&](const CapturedTable& table) {
                          return std::any_of(table.members.begin(), table.members.end(),
                                             [&](const auto& member) { return member.oid == found.text(0, 0); });
                        });
  if (is_table && !is_named)
    throw Error(code::fix_outside_touches, fmt::format("the fix changes {}, which it does not name", name))
        .advise(fmt::format("add it, when it is meant: touches = {{ ..., \"{}\" }}",
                            schema.empty() ? name : schema + "." + name));
  if (!found.empty()) known_.insert(qualified);
}

}  // namespace migrate
