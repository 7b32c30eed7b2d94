// A real standby of the server under test.
#pragma once
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace tests {

/// Streams from the server until its end. It applies each commit `delay` ("1500ms") late.
class Standby {
 public:
  explicit Standby(const std::string& delay);
  ~Standby();
  Standby(const Standby&) = delete;
  Standby& operator=(const Standby&) = delete;

  /// False where the server's programs are not on this machine; a word about it is printed then.
  bool is_there() const { return is_there_; }

 private:
  /// As the user that servers run as.
  int run(const std::vector<std::string>& words) const;

  const TemporaryFolder folder_;
  const std::string data_;
  std::string bin_;
  bool is_there_ = false;
};

}  // namespace tests
