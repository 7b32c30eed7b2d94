// Reads and writes the table `journal` of the ledger.
#include "revisions/journal.hpp"

#include <fmt/format.h>

#include "base/secrets.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"

namespace revisions {

using postgres::quote_literal;

namespace {

const char* name_of(Direction direction) { return direction == Direction::up ? "up" : "down"; }

std::string key_of(const JournalRow& row) {
  return fmt::format("revision = {} AND direction = '{}' AND ordinal = {}", quote_literal(row.revision),
                     name_of(row.direction), row.ordinal);
}

}  // namespace

Journal::Journal(const std::string& ledger_schema) : table_(postgres::quote_qualified(ledger_schema, "journal")) {}

std::vector<JournalRow> Journal::read(postgres::Session& session) const {
  postgres::Result result;
  try {
    result =
        session.query(fmt::format("SELECT revision, direction, ordinal, hash, statement, state, result FROM {} "
                                  "ORDER BY revision, direction, ordinal",
                                  table_));
  } catch (const postgres::SqlError& error) {
    if (error.diagnostics().sqlstate == "42P01") return {};
    throw;
  }
  std::vector<JournalRow> rows;
  rows.reserve(result.rows());
  for (std::size_t i = 0; i < result.rows(); ++i)
    rows.push_back({result.text(i, 0), result.value(i, 1) == "up" ? Direction::up : Direction::down,
                    static_cast<int>(result.integer(i, 2)), result.text(i, 3), result.text(i, 4),
                    result.value(i, 5) == "done", result.text(i, 6)});
  return rows;
}

std::string Journal::insert_sql(const std::vector<JournalRow>& rows, const std::string& run) const {
  if (rows.empty()) return {};
  std::string sql =
      fmt::format("INSERT INTO {} (revision, direction, ordinal, hash, statement, state, result, run) VALUES ", table_);
  for (const JournalRow& row : rows) {
    if (&row != &rows.front()) sql += ", ";
    sql +=
        fmt::format("({}, '{}', {}, '{}', {}, '{}', {}, {})", quote_literal(row.revision), name_of(row.direction),
                    row.ordinal, row.hash, quote_literal(base::redact(row.statement)), row.is_done ? "done" : "intent",
                    row.record.empty() ? "NULL" : quote_literal(row.record), quote_literal(run));
  }
  return sql;
}

std::string Journal::done_sql(const JournalRow& row) const {
  return fmt::format("UPDATE {} SET state = 'done', result = {} WHERE {}", table_, quote_literal(row.record),
                     key_of(row));
}

std::string Journal::forget_statement_sql(const JournalRow& row) const {
  return fmt::format("DELETE FROM {} WHERE {}", table_, key_of(row));
}

std::string Journal::forget_sql(const std::string& revision) const {
  return fmt::format("DELETE FROM {} WHERE revision = {}", table_, quote_literal(revision));
}

std::vector<JournalRow> rows_of(const std::vector<JournalRow>& rows, const std::string& revision, Direction direction) {
  std::vector<JournalRow> found;
  for (const JournalRow& row : rows)
    if (row.revision == revision && row.direction == direction) found.push_back(row);
  return found;
}

}  // namespace revisions
