// How large the next batch is, and how long to wait before it.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace operations {

/// What a script says about the pace of batches.
struct Pace {
  /// Rows of the first batch; every batch where target_ms is 0.
  std::int64_t batch_rows = 1000;
  /// How long a batch should take: the number of rows is adapted to it.
  std::int64_t target_ms = 200;
  /// Between two batches.
  std::int64_t pause_ms = 0;
  /// Wait while a standby replays later than this many seconds behind; 0 for no such limit.
  std::int64_t max_lag_s = 0;
  /// Asked before each batch: milliseconds to wait before it is asked again, 0 to go on. May be empty.
  std::function<long long()> throttle{};

  /// What is wrong with it, or nothing.
  std::string problem() const;
};

class BatchSize {
 public:
  static constexpr long long most = 100000;
  BatchSize(const Pace& pace, long long first) : pace_(pace), rows_(first) {}

  long long rows() const { return rows_; }
  /// A batch of this many rows took so long; `others_waited` for rows that it held.
  void after(long long rows, double milliseconds, bool others_waited);
  /// It was not given a lock, or took too long. False when it cannot be smaller.
  bool shrink();

 private:
  const Pace& pace_;
  long long rows_;
};

}  // namespace operations
