// The session of a fix's script: each statement is looked at before it is sent, and its rows are counted.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "migrate/fixes/captured_tables.hpp"
#include "postgres/connection.hpp"

namespace migrate {

class FixSession final : public postgres::Session {
 public:
  /// `most_rows` of all its statements together.
  FixSession(postgres::Connection& connection, const std::vector<CapturedTable>& tables,
             std::optional<long long> most_rows);

  /// Throws code::fix_not_undoable, code::fix_without_where, code::fix_outside_touches, code::fix_too_many_rows.
  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override;
  bool is_live() const override { return true; }
  postgres::TransactionStatus transaction_status() const override { return connection_.transaction_status(); }
  int server_version() const override { return connection_.server_version(); }
  std::vector<postgres::Notice> take_notices() override { return connection_.take_notices(); }

  long long statements() const { return statements_; }
  /// What an undo does not take back, as far as the statements' text tells.
  const std::set<std::string>& lasting() const { return lasting_; }

 private:
  void look_at(std::string_view statement);
  void refuse_outside(const std::string& schema, const std::string& name);

  postgres::Connection& connection_;
  const std::vector<CapturedTable>& tables_;
  const std::optional<long long> most_rows_;
  std::set<std::string> known_;
  long long statements_ = 0, rows_ = 0;
  std::set<std::string> lasting_;
};

/// The error for a fix that changes more or fewer rows than it says. `rows` may be a part of them.
base::Error wrong_number_of_rows(long long rows, std::optional<long long> least, std::optional<long long> most);

}  // namespace migrate
