// Where psql and pg_dump are. The server under test may be of another version, and comes without them.
#pragma once
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/process.hpp"

namespace tests {

/// The folder of the newest psql installed (Debian's layout, then PATH).
inline std::string client_folder() {
  namespace fs = std::filesystem;
  int newest = 0;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
    if (fs::exists(entry.path() / "bin/psql", ignored))
      newest = std::max(newest, std::atoi(entry.path().filename().c_str()));
  if (newest > 0) return "/usr/lib/postgresql/" + std::to_string(newest) + "/bin";
  return fs::path(base::find_program("psql")).parent_path().string();
}

}  // namespace tests
