// waxwing at a real pseudo-terminal: what a person types, and what a person sees.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace tests {

class Terminal {
 public:
  /// Starts the built waxwing with the terminal as its controlling one.
  Terminal(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Types it; "\x03" is Ctrl-C, "\x04" Ctrl-D, "\t" Tab.
  void type(const std::string& text) const;
  /// Reads until `text` has come since the last wait, and returns what came. Throws after a minute.
  std::string wait_for(const std::string& text);
  /// Exit status, or 128 + signal, once it has ended.
  int wait();
  int pid() const { return pid_; }

 private:
  int pid_ = 0, terminal_ = -1;
  std::string unread_;
};

}  // namespace tests
