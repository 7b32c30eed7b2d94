// The one way to ask for the time, so that tests can set it.
#pragma once
#include <chrono>
#include <string>

namespace base {

/// What the program knows of time. The default is the system's; a test installs its own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::system_clock::time_point now() const;
  virtual std::chrono::steady_clock::time_point steady_now() const;
  virtual void sleep(std::chrono::milliseconds duration) const;
};

const Clock& clock();
/// Replaces the clock until the end of the program; null puts the system's back. Tests only.
void set_clock(const Clock* replacement);

/// "2025-12-21 23:02:21" in local time.
std::string local_timestamp(std::chrono::system_clock::time_point when);
/// "20251221_230221" in local time, for file names.
std::string file_timestamp(std::chrono::system_clock::time_point when);

/// Milliseconds since it was made.
class Stopwatch {
 public:
  Stopwatch() : start_(clock().steady_now()) {}
  double milliseconds() const {
    return std::chrono::duration<double, std::milli>(clock().steady_now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_;
};

}  // namespace base
