// PostgreSQL's own grammar (libpg_query), asked where words leave doubt. The grammar is that of one server version;
// what a newer server adds it does not know, so "cannot be read" is an answer, not a failure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "postgres/sql_text.hpp"

namespace postgres {

/// The server version whose grammar this is, as server_version_num: 150000 for 15.
int grammar_version();

/// By the parse tree; nothing when the grammar cannot read the statement.
std::optional<StatementClass> classify_by_grammar(std::string_view statement);

/// A statement that runs outside of transactions, as far as is needed to find out whether it was done.
struct LoneStatement {
  enum class Kind {
    create_index,
    drop_index,
    reindex,
    detach_partition,
    create_subscription,
    drop_subscription,
    create_database,
    drop_database,
    repeatable,  // vacuum, alter system ...: doing it twice does no harm
    unknown,
  };
  Kind kind = Kind::unknown;
  /// Index, partition, subscription or database.
  std::string schema, name;
  /// The table of an index, or the parent of a partition.
  std::string table_schema, table;
};
LoneStatement lone_statement(std::string_view statement);

/// `ALTER TYPE ... ADD VALUE`, whose value cannot be used before it is committed.
bool adds_enum_value(std::string_view statement);

/// Do two CREATE INDEX statements make the same index? Names, CONCURRENTLY and what is the default do not count; of
/// expressions only that there is one.
bool is_same_index(std::string_view one, std::string_view other);

/// The table that a CREATE TABLE makes, and where in the statement its name stands, in bytes.
struct CreatedTable {
  std::string schema, name;
  std::size_t offset = 0, length = 0;
};
std::optional<CreatedTable> created_table(std::string_view statement);

/// libpg_query's parse tree as JSON; empty when the grammar cannot read the statement.
std::string parse_tree(std::string_view statement);

struct SyntaxError {
  std::string message;
  /// Counted in characters from 1, as the server counts.
  int position = 0;
};
/// The syntax error that a server of grammar_version() or older would report.
std::optional<SyntaxError> syntax_error(std::string_view statement);

}  // namespace postgres
