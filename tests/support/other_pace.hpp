// Time that runs quicker, slower or not at all.
#pragma once
#include "base/clock.hpp"

namespace tests {

/// For its lifetime what work takes is `times` as long as by the system's clock.
class OtherPace final : public base::Clock {
 public:
  explicit OtherPace(int times) : times_(times) { base::set_clock(this); }
  ~OtherPace() override { base::set_clock(nullptr); }
  OtherPace(const OtherPace&) = delete;
  OtherPace& operator=(const OtherPace&) = delete;

  std::chrono::steady_clock::time_point steady_now() const override {
    return start_ + times_ * (std::chrono::steady_clock::now() - start_);
  }

 private:
  const int times_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tests
