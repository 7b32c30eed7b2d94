// A transaction that can only look.
#pragma once
#include <exception>

#include "postgres/session.hpp"

namespace postgres {

/// Every statement in it sees the same state of the database, and none can write. Ended whatever happens.
class ReadOnlyTransaction {
 public:
  explicit ReadOnlyTransaction(Session& session) : session_(session) {
    session_.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }
  ~ReadOnlyTransaction() {
    try {
      session_.query("ROLLBACK");
    } catch (const std::exception&) {
      // The connection is gone, and the transaction with it.
    }
  }
  ReadOnlyTransaction(const ReadOnlyTransaction&) = delete;
  ReadOnlyTransaction& operator=(const ReadOnlyTransaction&) = delete;

 private:
  Session& session_;
};

}  // namespace postgres
