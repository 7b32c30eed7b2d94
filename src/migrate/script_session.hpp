// The session of a script or a console: one transaction that its first statement begins.
#pragma once
#include "migrate/config.hpp"
#include "postgres/connection.hpp"

namespace migrate {

class ScriptSession final : public postgres::Session {
 public:
  /// `connection` is outside of transactions. Without `writes` every transaction is read-only. How long statements wait
  /// for locks and run is what the settings say of statements for rows, for definitions as well: they are not tried
  /// again.
  ScriptSession(postgres::Connection& connection, bool writes, const Config& config);

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override;
  void begin_savepoint() override;
  void release_savepoint() override;
  void undo_savepoint() override;
  /// Commits what came before. A read-only script stays in its transaction.
  void begin_autocommit() override;
  void end_autocommit() override;
  bool is_live() const override { return true; }
  postgres::TransactionStatus transaction_status() const override;
  int server_version() const override { return connection_.server_version(); }
  std::vector<postgres::Notice> take_notices() override { return connection_.take_notices(); }

  /// Begins the transaction, if it is not begun yet.
  void open();
  /// Commits, with `last_sql` before COMMIT in the same message; does nothing when nothing was begun and there is no
  /// `last_sql`. Throws what COMMIT throws, also where the server rolled back instead.
  void commit(const std::string& last_sql = "");
  /// What was not committed is gone; never throws because the connection is.
  void roll_back();
  bool is_open() const { return is_open_; }
  /// Was anything committed?
  bool has_committed() const { return has_committed_; }
  /// Was something of db.autocommit sent that commits, and not answered?
  bool awaits_commit() const { return awaits_commit_; }

 private:
  bool is_in_autocommit() const { return writes_ && autocommit_ > 0; }

  postgres::Connection& connection_;
  const bool writes_;
  /// Milliseconds.
  const long long lock_timeout_, lone_lock_timeout_;
  int autocommit_ = 0, savepoints_ = 0;
  bool is_open_ = false, has_committed_ = false, awaits_commit_ = false;
};

}  // namespace migrate
