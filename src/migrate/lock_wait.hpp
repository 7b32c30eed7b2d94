// Work that is not given a lock is tried again after a moment, until a deadline.
#pragma once
#include <memory>
#include <random>
#include <string>

#include "base/clock.hpp"
#include "base/console.hpp"
#include "migrate/blockers.hpp"
#include "postgres/connection.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

/// The waits of one piece of work; its time begins with this object.
class LockWait {
 public:
  /// `part` and `who` are what the console says of it: "migrate", "revision 4b1f0c2ad9e7".
  LockWait(base::Console& console, std::string part, std::string who);

  /// Is it a lock timeout or a deadlock?
  static bool is_about_lock(const postgres::SqlError& error);
  bool is_over(long long deadline_ms) const { return left_ms(deadline_ms) <= 0; }

  /// Sleeps after a try that ended with `error`: 50 ms at first, up to 2 s later, and not for long behind the deadline.
  /// Meanwhile somebody looks who holds up `waiting`. Throws code::lock_timeout when the deadline is over.
  void pause(const postgres::SqlError& error, const postgres::Connection& waiting, long long deadline_ms);

 private:
  double left_ms(long long deadline_ms) const { return static_cast<double>(deadline_ms) - since_start_.milliseconds(); }
  std::string blocker() const { return watch_ ? watch_->seen() : ""; }
  base::Error refusal(const postgres::SqlError& error) const;

  base::Console& console_;
  const std::string part_, who_;
  const base::Stopwatch since_start_;
  int tries_ = 0;
  std::unique_ptr<BlockerWatch> watch_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace migrate
