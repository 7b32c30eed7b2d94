// One connection at a time, one request a connection.
#include "support/http_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace tests {

HttpServer::HttpServer(std::function<Answer(const ServedRequest&)> answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for the test's HTTP server");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpServer::~HttpServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string HttpServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<ServedRequest> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HttpServer::serve() {
  for (;;) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    serve_one(connection);
    close(connection);
  }
}

void HttpServer::serve_one(int connection) {
  std::string text;
  char block[4096];
  std::size_t head_end = std::string::npos, length = 0;
  while (head_end == std::string::npos || text.size() < head_end + 4 + length) {
    const ssize_t got = read(connection, block, sizeof block);
    if (got <= 0) return;
    text.append(block, static_cast<std::size_t>(got));
    head_end = text.find("\r\n\r\n");
    if (const std::size_t at = text.find("Content-Length: "); at < head_end)
      length = static_cast<std::size_t>(std::atoll(text.c_str() + at + 16));
  }
  const std::size_t first = text.find(' '), second = text.find(' ', first + 1);
  const ServedRequest request{text.substr(0, first), text.substr(first + 1, second - first - 1),
                              text.substr(0, head_end), text.substr(head_end + 4)};
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const Answer answer = answer_(request);
  const std::string reply =
      "HTTP/1.1 " + std::to_string(answer.status) +
      " Said\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(answer.body.size()) +
      "\r\nConnection: close\r\n\r\n" + answer.body;
  for (std::size_t sent = 0; sent < reply.size();) {
    const ssize_t now = send(connection, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) return;
    sent += static_cast<std::size_t>(now);
  }
}

}  // namespace tests
