// How far a long piece of work is: "dumping  43 %  12M of 28M  3.1M/s  about 5 s left", where somebody watches.
#pragma once
#include <string>

#include "base/clock.hpp"
#include "base/console.hpp"

namespace migrate {

class Progress {
 public:
  /// `expected` is an estimate in bytes; 0 when there is none.
  Progress(base::Console& console, std::string doing, double expected)
      : console_(console), doing_(std::move(doing)), expected_(expected) {}
  ~Progress() { console_.progress(""); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Is it time to look again? Twice a second, and only where a terminal shows it.
  bool is_due() const;
  void show(double bytes);

 private:
  base::Console& console_;
  std::string doing_;
  double expected_;
  base::Stopwatch started_;
  mutable double shown_at_ms_ = 0;
};

}  // namespace migrate
