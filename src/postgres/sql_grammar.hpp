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

struct SyntaxError {
  std::string message;
  /// Counted in characters from 1, as the server counts.
  int position = 0;
};
/// The syntax error that a server of grammar_version() or older would report.
std::optional<SyntaxError> syntax_error(std::string_view statement);

}  // namespace postgres
