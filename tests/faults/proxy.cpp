// One thread, one poll loop.
#include "proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "base/files.hpp"
#include "support/database.hpp"

namespace tests {

namespace {

using Clock = std::chrono::steady_clock;

/// After this much silence the two kernels find the connection dead; in a real network that takes some seconds.
constexpr std::chrono::milliseconds client_patience{100}, server_patience{600};

std::uint32_t big_endian(const char* bytes) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes, 4);
  return ntohl(number);
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

void write_all(int socket, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = send(socket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (n <= 0) return;
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace

/// A client and the server's end of its conversation.
struct Proxy::Link {
  int client = -1, server = -1;
  std::string from_client, from_server;
  /// The first message of a client has no type byte.
  bool has_started = false;
  /// Partitioned: nothing passes any more.
  std::optional<Clock::time_point> silent_since;
  bool is_open() const { return server >= 0; }
};

Proxy::Proxy(const postgres::Url& server, std::vector<Fault> faults, FaultHands hands)
    : server_(server), faults_(std::move(faults)), hands_(std::move(hands)) {
  for (const Fault& fault : faults_) is_tcp_ = is_tcp_ || fault.kind == FaultKind::reset;
  directory_ = (std::filesystem::temp_directory_path() / ("wp-" + base::random_hex(8))).string();
  std::filesystem::create_directories(directory_);
  listener_ = socket(is_tcp_ ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int failure = 0;
  if (is_tcp_) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    failure = bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  } else {
    const sockaddr_un address = unix_address(directory_ + "/.s.PGSQL.6000");
    failure = bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  if (failure != 0 || listen(listener_, 16) != 0 || pipe2(wake_, O_CLOEXEC) != 0)
    throw std::runtime_error("the proxy cannot listen");
  thread_ = std::thread([this] { serve(); });
}

Proxy::~Proxy() {
  (void)!write(wake_[1], "x", 1);
  thread_.join();
  for (const auto& link : links_) close(*link, false);
  ::close(listener_);
  ::close(wake_[0]);
  ::close(wake_[1]);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

postgres::Url Proxy::url() const {
  const std::string host = is_tcp_ ? "127.0.0.1" : directory_;
  return postgres::Url::parse("host=" + host + " port=" + std::to_string(port_) +
                                  " user=postgres password=" + canary_password + " dbname=" + server_.database() +
                                  (is_tcp_ ? " sslmode=disable gssencmode=disable" : ""),
                              "the proxy");
}

void Proxy::serve() {
  for (;;) {
    std::vector<pollfd> polled = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    std::erase_if(links_, [](const auto& link) { return !link->is_open(); });
    bool waits = false;
    for (const auto& link : links_) {
      // poll(2) passes over negative descriptors.
      polled.push_back({link->silent_since ? -1 : link->client, POLLIN, 0});
      polled.push_back({link->silent_since ? -1 : link->server, POLLIN, 0});
      waits = waits || link->silent_since;
    }
    if (poll(polled.data(), polled.size(), waits ? 10 : -1) < 0) continue;
    end_partitions();
    if (polled[0].revents) return;
    const std::size_t before = links_.size();
    for (std::size_t i = 0; i < before; ++i) {
      Link& link = *links_[i];
      for (const char side : {'F', 'B'})
        if (polled[(side == 'F' ? 2 : 3) + 2 * i].revents && link.is_open() && !link.silent_since &&
            !forward(link, side) && !link.silent_since)
          close(link, false);
    }
    if (polled[1].revents) accept_client();
  }
}

void Proxy::end_partitions() {
  for (const auto& link : links_) {
    if (!link->silent_since) continue;
    const auto silence = Clock::now() - *link->silent_since;
    if (silence >= client_patience && link->client >= 0) {
      ::close(link->client);
      link->client = -1;
    }
    if (silence >= server_patience) close(*link, false);
  }
}

void Proxy::accept_client() {
  auto link = std::make_unique<Link>();
  link->client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  link->server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = unix_address(server_.setting("host") + "/.s.PGSQL." + server_.setting("port"));
  if (connect(link->server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) close(*link, false);
  links_.push_back(std::move(link));
}

/// Reads what has come and passes on whole messages. False when the side has hung up, or a fault ended the link.
bool Proxy::forward(Link& link, char side) {
  const int from = side == 'F' ? link.client : link.server;
  std::string& buffer = side == 'F' ? link.from_client : link.from_server;
  char bytes[65536];
  const ssize_t n = recv(from, bytes, sizeof bytes, 0);
  if (n <= 0) return false;
  buffer.append(bytes, static_cast<std::size_t>(n));
  for (;;) {
    const bool is_first = side == 'F' && !link.has_started;
    const std::size_t header = is_first ? 4 : 5;
    if (buffer.size() < header) return true;
    const std::size_t length = big_endian(buffer.data() + header - 4) + (is_first ? 0 : 1);
    if (buffer.size() < length) return true;
    const std::string message = buffer.substr(0, length);
    buffer.erase(0, length);
    if (is_first) link.has_started = true;
    if (!pass(link, side, message)) return false;
  }
}

bool Proxy::is_due(char side, const std::string& message) {
  const int since = ++(side == 'F' ? frontend_since_ : backend_since_);
  const std::size_t current = next_fault_;
  if (current == faults_.size() || faults_[current].side != side) return false;
  const Fault& fault = faults_[current];
  if (fault.at_text.empty()) return fault.at == since;
  return message.size() > 5 && std::string_view(message).substr(5).starts_with(fault.at_text);
}

bool Proxy::pass(Link& link, char side, const std::string& message) {
  const int to = side == 'F' ? link.server : link.client;
  ++(side == 'F' ? frontend_ : backend_);
  if (!is_due(side, message)) {
    write_all(to, message);
    return true;
  }
  const std::size_t current = next_fault_++;
  frontend_since_ = backend_since_ = 0;
  switch (faults_[current].kind) {
    case FaultKind::cut: return false;
    case FaultKind::reset: close(link, true); return false;
    case FaultKind::truncate: write_all(to, message.substr(0, message.size() / 2)); return false;
    case FaultKind::delay: usleep(100000); break;
    case FaultKind::partition: link.silent_since = Clock::now(); return false;
    case FaultKind::kill: hands_.signal_client(SIGKILL); return false;
    case FaultKind::interrupt: hands_.signal_client(SIGTERM); break;
    case FaultKind::terminate: hands_.terminate_sessions(); break;
    case FaultKind::stop:
      // A connection that says nothing while the server shuts down would keep it for a minute.
      for (const auto& each : links_) close(*each, false);
      hands_.stop_server();
      return false;
  }
  write_all(to, message);
  return true;
}

void Proxy::close(Link& link, bool reset) {
  if (reset && link.client >= 0) {
    const linger at_once{1, 0};
    setsockopt(link.client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  if (link.client >= 0) ::close(link.client);
  if (link.server >= 0) ::close(link.server);
  link.client = link.server = -1;
}

}  // namespace tests
