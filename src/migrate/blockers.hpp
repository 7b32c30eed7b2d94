// Who holds the lock that a step waits for: a second connection looks while the first one waits.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "postgres/url.hpp"

namespace migrate {

class BlockerWatch {
 public:
  /// Watches the session `pid` until this object ends. Without a second connection it sees nothing and says nothing.
  BlockerWatch(const postgres::Url& url, int pid);
  ~BlockerWatch();
  BlockerWatch(const BlockerWatch&) = delete;
  BlockerWatch& operator=(const BlockerWatch&) = delete;

  /// "pid 4711 (user "app", application "psql", its transaction open for 12 s)"; empty while nobody was seen.
  std::string seen() const;

 private:
  void watch(const postgres::Url& url, int pid);
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool ends_ = false;
  std::string seen_;
  std::thread thread_;
};

/// What to do about it, for the error of a step that gave up waiting; `blocker` is what was seen.
std::string advice_about_blocker(const std::string& blocker);

}  // namespace migrate
