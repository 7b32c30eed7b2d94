// A session that passes everything on and remembers the statements that were executed, without the questions asked.
#pragma once
#include <string>
#include <vector>

#include "postgres/batched_work.hpp"

namespace tests {

class WatchedSession final : public postgres::Session {
 public:
  explicit WatchedSession(postgres::Session& session) : session_(session) {}
  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override {
    return session_.query(sql, parameters);
  }
  void execute(std::string_view sql, const postgres::Parameters& parameters = {}) override {
    executed_.emplace_back(sql);
    session_.query(sql, parameters);
  }
  /// The plain loop: here is no journal that could keep a place.
  postgres::Result run_batches(postgres::BatchedWork& work) override {
    for (const std::string& statement : work.script()) execute(statement);
    return {};
  }
  bool is_live() const override { return session_.is_live(); }
  postgres::TransactionStatus transaction_status() const override { return session_.transaction_status(); }
  int server_version() const override { return session_.server_version(); }
  const std::vector<std::string>& executed() const { return executed_; }

 private:
  postgres::Session& session_;
  std::vector<std::string> executed_;
};

}  // namespace tests
