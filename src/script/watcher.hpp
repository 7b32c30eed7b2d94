// Is told what a script does, while it does it: the log, the record of a run and plugins all watch this way.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "operations/operation.hpp"
#include "postgres/session.hpp"
#include "postgres/sql_error.hpp"

namespace script {

/// A statement that came back from the server.
struct StatementDone {
  std::string_view sql;
  /// "migrations/x.lua:14"; empty when no line of the project's is at work.
  std::string place;
  double milliseconds = 0;
  std::string_view command_tag;
  /// Rows inserted, updated, deleted or selected.
  std::uint64_t rows = 0;
  /// Set when the server refused it.
  const postgres::SqlError* error = nullptr;
  /// What stood for $1, $2, ...
  const postgres::Parameters* parameters = nullptr;
};

class Watcher : public operations::Notes {
 public:
  void note(std::string) override {}
  /// An operation is about to run. What this throws stops the script.
  virtual void before_operation(const operations::Operation&, const std::string& /*place*/) {}
  virtual void after_statement(const StatementDone&) {}
};

}  // namespace script
