// A fault: what goes wrong, and before which message of the conversation.
#pragma once
#include <array>
#include <optional>
#include <string>

namespace tests {

enum class FaultKind {
  cut,        // both connections are closed
  reset,      // the client gets a TCP reset
  truncate,   // half of the message arrives, then the connections are closed
  delay,      // the message comes 100 ms late
  partition,  // silence: the client gives up after 100 ms, the server keeps the session for half a second longer
  kill,       // the client gets SIGKILL
  interrupt,  // the client gets SIGTERM and goes on as it likes
  terminate,  // pg_terminate_backend of the client's session
  stop,       // the server stops at once (SIGQUIT) and is started again
};
inline constexpr std::array fault_names = {"cut",  "reset",     "truncate",  "delay", "partition",
                                           "kill", "interrupt", "terminate", "stop"};

struct Fault {
  /// 'F' for a message of the client (frontend), 'B' for one of the server (backend).
  char side = 'F';
  /// Counted from 1 over all connections of a run.
  int at = 1;
  FaultKind kind = FaultKind::cut;
  /// When it is set: before the first message whose text begins like this, in place of the count.
  std::string at_text{};

  std::string kind_name() const { return fault_names[static_cast<std::size_t>(kind)]; }
  /// "F:17:cut"
  std::string text() const { return std::string(1, side) + ":" + std::to_string(at) + ":" + kind_name(); }
  static std::optional<Fault> parse(const std::string& text) {
    const std::size_t first = text.find(':'), second = text.find(':', first + 1);
    if (first != 1 || second == std::string::npos) return std::nullopt;
    for (std::size_t i = 0; i < fault_names.size(); ++i)
      if (text.substr(second + 1) == fault_names[i])
        return Fault{text[0], std::stoi(text.substr(2, second - 2)), static_cast<FaultKind>(i)};
    return std::nullopt;
  }
};

}  // namespace tests
