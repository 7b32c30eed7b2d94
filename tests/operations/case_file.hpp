// The text cases of tests/operations/*.case.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "operations/operation.hpp"

namespace tests {

/// One case:
///   title
///     since 15                                   the oldest server that has what the case uses
///     given create table orders (id integer)     SQL that is there first; such a case also runs on a real PostgreSQL
///     op.add_column { ... }                      the call, on one or more lines
///     => ALTER TABLE ...                         a statement; blanks and line breaks count as one blank
///     <= ALTER TABLE ...                         a statement of the inverse; `<= nothing` when there is none
///     ** drop_column a.b also drops ...          a note of the run
///     !! op.add_column: ...                      the error, from reading the call or from running it
///     -> ...                                     part of the error's cause
struct OperationCase {
  std::string file, title, call;
  int line = 0, since = 0;
  std::vector<std::string> given, sql, inverse, notes;
  std::string error, cause;
};

/// All of them, read once.
const std::vector<OperationCase>& read_cases();
std::unique_ptr<operations::Operation> read_call(const std::string& lua);
/// Are its statements known only with a database?
bool asks_catalogue(const operations::Operation& op);
/// Blanks and line breaks as one blank each, none inside of parentheses' edges.
std::string one_line(const std::string& sql);
std::vector<std::string> one_line_each(const std::vector<std::string>& statements);

}  // namespace tests
