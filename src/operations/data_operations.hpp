// Operations that send data or SQL of the author's own.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

struct BulkInsert {
  Text schema{}, table{};
  std::vector<base::Value> rows{};
  Names columns{};
  Text on_conflict{}, overriding{};
  static const Definition<BulkInsert>& definition();
};

struct Execute {
  Text sql{};
  std::vector<base::Value> params{};
  static const Definition<Execute>& definition();
};

struct ExecuteFile {
  Text path{};
  static const Definition<ExecuteFile>& definition();
};

/// Sends a text statement by statement. An error says which: "seed.sql:12", or the line of the SQL where `file` is
/// empty. Throws code::transaction_in_script for begin, commit and the like, and code::needs_no_transaction for what
/// PostgreSQL cannot run in the transaction that is open.
void execute_script(postgres::Session& session, std::string_view sql, const std::string& file);

}  // namespace operations
