// A real HTTP server on the loopback interface, in a thread, whose answers are a function.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tests {

struct ServedRequest {
  std::string method, path, head, body;
};
struct Answer {
  int status = 200;
  std::string body = {};
};

class HttpServer {
 public:
  explicit HttpServer(std::function<Answer(const ServedRequest&)> answer);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "http://127.0.0.1:PORT".
  std::string url() const;
  /// What was asked so far.
  std::vector<ServedRequest> requests() const;

 private:
  void serve();
  void serve_one(int connection);

  std::function<Answer(const ServedRequest&)> answer_;
  int listener_ = -1, port_ = 0;
  mutable std::mutex mutex_;
  std::vector<ServedRequest> requests_;
  std::thread thread_;
};

}  // namespace tests
