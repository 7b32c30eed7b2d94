// A session without a database that writes what it is sent as an SQL script (--sql).
#pragma once
#include <functional>
#include <string>

#include "postgres/session.hpp"

namespace postgres {

class RecordingSession : public Session {
 public:
  /// `write` gets each statement with its semicolon and line end. `begin` is how a transaction that had to be left is
  /// opened again; without it there is none. `server_version` is the version the script is for.
  explicit RecordingSession(std::function<void(std::string_view)> write, std::string begin = {},
                            int server_version = 150000)
      : write_(std::move(write)), begin_(std::move(begin)), server_version_(server_version) {}

  /// Throws code::needs_database: there is nobody to answer.
  Result query(std::string_view sql, const Parameters& parameters = {}) override;
  /// Parameters are written into the text as quoted literals.
  void execute(std::string_view sql, const Parameters& parameters = {}) override;
  void begin_autocommit() override;
  void end_autocommit() override;
  /// Writes the work's plain loop, outside of a transaction.
  Result run_batches(BatchedWork& work) override;
  bool can_leave_transaction() const override { return true; }
  /// A `-- ...` line.
  void comment(std::string_view text);
  bool is_live() const override { return false; }
  TransactionStatus transaction_status() const override { return TransactionStatus::in_transaction; }
  int server_version() const override { return server_version_; }

 private:
  std::function<void(std::string_view)> write_;
  std::string begin_;
  int autocommit_ = 0;
  int server_version_;
};

}  // namespace postgres
