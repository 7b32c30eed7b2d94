// What somebody who watches batches sees: a line on a terminal, lines of text or of JSON elsewhere.
#pragma once
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/console.hpp"

namespace operations {

class BatchProgress {
 public:
  /// `id` is the checkpoint's, `table` as it is shown; `keys` were passed before.
  BatchProgress(base::Console& console, long long id, std::string table, long long keys)
      : console_(console), id_(id), table_(std::move(table)), first_keys_(keys) {}
  ~BatchProgress() { console_.progress(""); }
  BatchProgress(const BatchProgress&) = delete;
  BatchProgress& operator=(const BatchProgress&) = delete;

  struct Count {
    long long keys = 0, rows = 0;
    std::optional<long long> expected;
    long long batch_rows = 0;
  };
  /// Twice a second on a terminal, every five seconds elsewhere.
  void show(const Count& count);
  /// The last word, always.
  void done(const Count& count, const std::string& how);
  /// Counts the pace anew: time that was spent waiting is not its own.
  void restart(long long keys);

 private:
  double keys_per_s(const Count& count) const;
  std::string line(const Count& count) const;
  void json(const Count& count, const std::string& state);

  base::Console& console_;
  long long id_;
  std::string table_;
  long long first_keys_;
  base::Stopwatch started_;
  base::Stopwatch shown_;
};

/// "1 234 567"
std::string grouped(long long number);

}  // namespace operations
