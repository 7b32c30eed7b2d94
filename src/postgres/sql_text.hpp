// SQL as text: splitting a script into statements and saying what kind each is.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace postgres {

/// One statement of a script; `text` has no final semicolon and no leading blank, `line` counts from 1.
struct Statement {
  std::string_view text;
  std::size_t offset = 0;
  int line = 1;
};

/// Splits as psql does: strings, E'' strings, quoted names, dollar quotes, nested comments, BEGIN ATOMIC bodies.
/// Statements of comments only are left out. Views into `sql`.
/// Throws code::bad_sql (with the line) for something left open, and for psql's backslash commands and COPY FROM STDIN,
/// with what to do instead.
std::vector<Statement> split_statements(std::string_view sql);

enum class StatementKind {
  query,                // select, values, show, explain, table, with ... select
  data,                 // insert, update, delete, merge, copy, call, do
  definition,           // create, alter, drop, comment, grant ...
  transaction_control,  // begin, commit, rollback, start transaction, end, abort, prepare transaction, savepoint ...
  setting,              // set, reset, discard
  other,
};

struct StatementClass {
  StatementKind kind = StatementKind::other;
  /// Cannot run inside a transaction block: create index concurrently, vacuum, create database, alter system ...
  bool needs_no_transaction = false;
  /// Ends, begins or prepares the transaction, or discards the session; savepoint commands do not count.
  bool breaks_transaction = false;
};

/// "query", "data", "definition" and so on.
const char* name_of(StatementKind kind);

/// By its words, so that the grammar of any server version will do; by libpg_query's grammar where words leave doubt.
/// Never throws.
StatementClass classify(std::string_view statement);

}  // namespace postgres
