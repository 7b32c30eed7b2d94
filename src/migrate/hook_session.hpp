// The database as a plugin's function has it: one transaction, begun by the first statement.
#pragma once
#include "postgres/connection.hpp"
#include "script/plugin.hpp"

namespace migrate {

class HookSession final : public postgres::Session {
 public:
  /// The plugin's needs say whether it may read or write. `connection` is outside of transactions.
  HookSession(postgres::Connection& connection, const script::Plugin& plugin);
  /// Rolls back what was not kept.
  ~HookSession() override;

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override;
  std::vector<postgres::ResultColumn> describe(std::string_view sql) override;
  std::uint64_t copy_out(std::string_view sql, const postgres::CopySink& take) override;
  postgres::Result run_unit(std::string_view statement,
                            const std::function<postgres::Result(postgres::Session&)>& work) override;
  bool is_live() const override { return true; }
  postgres::TransactionStatus transaction_status() const override { return connection_.transaction_status(); }
  int server_version() const override { return connection_.server_version(); }
  std::vector<postgres::Notice> take_notices() override { return connection_.take_notices(); }

  /// Commits what a plugin that may write has written.
  void keep();

 private:
  void begin();

  postgres::Connection& connection_;
  const script::Plugin& plugin_;
  bool reads_ = false, writes_ = false, has_begun_ = false;
};

}  // namespace migrate
