// The session that scripts get: it refuses to end the transaction of the step, whichever binding the SQL comes through.
#pragma once
#include <functional>

#include "script/watcher.hpp"

namespace script {

/// Runs statements and tells the watcher, which may be null, how it went. `place` is asked only for the watcher.
postgres::Result query_watched(postgres::Session& session, Watcher* watcher, std::string_view sql,
                               const postgres::Parameters& parameters, const std::function<std::string()>& place);

class GuardedSession final : public postgres::Session {
 public:
  /// `watcher` may be null; `place` names the line at work.
  GuardedSession(postgres::Session& real, Watcher* watcher, std::function<std::string()> place)
      : real_(real), watcher_(watcher), place_(std::move(place)) {}

  /// Refused while rows pass through the connection.
  postgres::Session& guarded() {
    refuse_while_passing_rows();
    return real_;
  }

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override;
  void execute(std::string_view sql, const postgres::Parameters& parameters = {}) override;
  std::vector<postgres::ResultColumn> describe(std::string_view sql) override;
  std::uint64_t copy_out(std::string_view sql, const postgres::CopySink& take) override;
  postgres::Result run_unit(std::string_view statement,
                            const std::function<postgres::Result(postgres::Session&)>& work) override;
  void flush() override { real_.flush(); }
  void begin_savepoint() override {
    refuse_while_passing_rows();
    real_.begin_savepoint();
  }
  void release_savepoint() override { real_.release_savepoint(); }
  void undo_savepoint() override { real_.undo_savepoint(); }
  void begin_autocommit() override {
    refuse_while_passing_rows();
    real_.begin_autocommit();
  }
  void end_autocommit() override { real_.end_autocommit(); }
  postgres::Result run_batches(postgres::BatchedWork& work) override;
  bool can_leave_transaction() const override { return real_.can_leave_transaction(); }
  bool is_live() const override { return real_.is_live(); }
  postgres::TransactionStatus transaction_status() const override { return real_.transaction_status(); }
  int server_version() const override { return real_.server_version(); }
  std::vector<postgres::Notice> take_notices() override { return real_.take_notices(); }

 private:
  void refuse_while_passing_rows() const;

  postgres::Session& real_;
  Watcher* watcher_;
  std::function<std::string()> place_;
  /// Rows are on their way through the connection, so that it can do nothing else.
  bool is_passing_rows_ = false;
};

}  // namespace script
