// What a script speaks to when nothing that it does is to be kept.
#pragma once
#include <functional>
#include <string_view>

#include "postgres/session.hpp"

namespace migrate {

/// Takes savepoints, units and autocommit without doing anything about them; what becomes of statements is for the
/// others to say. `transactional` is what a script is told when it asks.
class StandInSession : public postgres::Session {
 public:
  explicit StandInSession(bool transactional = true) : transactional_(transactional) {}

  postgres::Result run_unit(std::string_view statement,
                            const std::function<postgres::Result(postgres::Session&)>&) override {
    return query(statement);
  }
  void begin_savepoint() override {}
  void release_savepoint() override {}
  void undo_savepoint() override {}
  void begin_autocommit() override {}
  bool can_leave_transaction() const override { return true; }
  bool is_live() const override { return true; }
  postgres::TransactionStatus transaction_status() const override {
    return transactional_ ? postgres::TransactionStatus::in_transaction : postgres::TransactionStatus::idle;
  }

 private:
  const bool transactional_;
};

}  // namespace migrate
