// A statement that PostgreSQL refused, with all that the server said about it.
#pragma once
#include <string>

#include "base/error.hpp"

namespace postgres {

/// The fields of an error or notice response (PostgreSQL documentation 55.8).
struct Diagnostics {
  std::string severity, sqlstate, message, detail, hint, context, schema, table, column, datatype, constraint,
      internal_query;
  /// Character position in the statement, counted from 1; 0 when there is none.
  int position = 0;
};

/// `because` is "ERROR 42703: column ... does not exist", then detail, hint and the line of SQL with a caret under the
/// position.
class SqlError : public base::Error {
 public:
  SqlError(Diagnostics diagnostics, std::string sql);
  const Diagnostics& diagnostics() const { return diagnostics_; }
  const std::string& sql() const { return sql_; }

 private:
  Diagnostics diagnostics_;
  std::string sql_;
};

}  // namespace postgres
