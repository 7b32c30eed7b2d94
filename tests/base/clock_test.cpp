// Time as text, and a clock that a test sets.
#include "base/clock.hpp"

#include <cstdlib>
#include <ctime>

#include "support/catch.hpp"

using namespace base;

namespace {

struct StoppedClock final : Clock {
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::from_time_t(1766358141);
  }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point(elapsed);
  }
  void sleep(std::chrono::milliseconds duration) const override { elapsed += duration; }
  mutable std::chrono::steady_clock::duration elapsed{0};
};

}  // namespace

TEST_CASE("timestamps are local time", "[base]") {
  setenv("TZ", "UTC0", 1);
  tzset();
  const auto when = std::chrono::system_clock::from_time_t(1766358141);
  CHECK(local_timestamp(when) == "2025-12-21 23:02:21");
  CHECK(file_timestamp(when) == "20251221_230221");
  setenv("TZ", "EST5", 1);
  tzset();
  CHECK(local_timestamp(when) == "2025-12-21 18:02:21");
  unsetenv("TZ");
  tzset();
}

TEST_CASE("a clock can be set, and sleeps without waiting", "[base]") {
  const StoppedClock stopped;
  set_clock(&stopped);
  const Stopwatch watch;
  base::clock().sleep(std::chrono::milliseconds(1500));
  const double milliseconds = watch.milliseconds();
  const auto now = base::clock().now();
  set_clock(nullptr);
  CHECK(milliseconds == 1500);
  CHECK(std::chrono::system_clock::to_time_t(now) == 1766358141);
  CHECK(base::clock().now() - std::chrono::system_clock::now() < std::chrono::seconds(5));
}
