// waxwing as a child process that can be signalled while it runs.
#pragma once
#include <string>
#include <vector>

namespace tests {

class Child {
 public:
  /// Starts the built waxwing; what it prints goes to the file `output`.
  Child(const std::vector<std::string>& arguments, const std::string& output);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int pid() const { return pid_; }
  /// Exit status, or 128 + signal. After `limit_ms` it is killed, and the status is -1. Throws when it has printed the
  /// password that is in the URLs of all test databases.
  int wait(int limit_ms);

 private:
  std::string output_;
  int pid_ = 0;
};

}  // namespace tests
