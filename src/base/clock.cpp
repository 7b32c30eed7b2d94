// The system's clock, its replacement, and times as text.
#include "base/clock.hpp"

#include <atomic>
#include <ctime>
#include <thread>

namespace base {

namespace {

std::atomic<const Clock*> replaced{nullptr};

std::string local_time(std::chrono::system_clock::time_point when, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace

std::chrono::system_clock::time_point Clock::now() const { return std::chrono::system_clock::now(); }
std::chrono::steady_clock::time_point Clock::steady_now() const { return std::chrono::steady_clock::now(); }
void Clock::sleep(std::chrono::milliseconds duration) const { std::this_thread::sleep_for(duration); }

const Clock& clock() {
  static const Clock system;
  const Clock* replacement = replaced;
  return replacement ? *replacement : system;
}

void set_clock(const Clock* replacement) { replaced = replacement; }

std::string local_timestamp(std::chrono::system_clock::time_point when) {
  return local_time(when, "%Y-%m-%d %H:%M:%S");
}
std::string file_timestamp(std::chrono::system_clock::time_point when) { return local_time(when, "%Y%m%d_%H%M%S"); }

}  // namespace base
