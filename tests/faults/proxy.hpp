// A proxy that understands the frames of PostgreSQL's protocol 3 and makes one fault after another happen.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fault.hpp"
#include "postgres/url.hpp"

namespace tests {

/// What the proxy cannot do itself.
struct FaultHands {
  std::function<void(int signal)> signal_client;
  std::function<void()> terminate_sessions;
  /// Stops the server and starts it again; returns when it is stopped.
  std::function<void()> stop_server;
};

class Proxy {
 public:
  /// Listens on a unix socket, or on 127.0.0.1 when one of the faults is a reset; `faults` happen in this order, each
  /// counted from the one before.
  Proxy(const postgres::Url& server, std::vector<Fault> faults, FaultHands hands);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  postgres::Url url() const;
  /// Messages seen so far, of both sides.
  int frontend_messages() const { return frontend_; }
  int backend_messages() const { return backend_; }
  /// Have all faults happened?
  bool is_through() const { return next_fault_ == faults_.size(); }

 private:
  struct Link;
  void serve();
  void accept_client();
  /// Ends the silent halves of partitions when their time has come.
  void end_partitions();
  bool is_due(char side, const std::string& message);
  bool forward(Link& link, char side);
  bool pass(Link& link, char side, const std::string& message);
  void close(Link& link, bool reset);

  const postgres::Url server_;
  const std::vector<Fault> faults_;
  const FaultHands hands_;
  std::string directory_;
  int port_ = 6000, listener_ = -1, wake_[2] = {-1, -1};
  bool is_tcp_ = false;
  std::atomic<int> frontend_ = 0, backend_ = 0;
  int frontend_since_ = 0, backend_since_ = 0;
  std::atomic<std::size_t> next_fault_ = 0;
  std::vector<std::unique_ptr<Link>> links_;
  std::thread thread_;
};

}  // namespace tests
