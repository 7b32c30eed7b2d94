// Looks for them in Debian's folders, whatever WAXWING_PG_BIN says.
#include "support/client_programs.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/process.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"

namespace tests {

namespace fs = std::filesystem;

std::string client_folder() {
  int newest = 0;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
    if (fs::exists(entry.path() / "bin/psql", ignored))
      newest = std::max(newest, std::atoi(entry.path().filename().c_str()));
  if (newest > 0) return "/usr/lib/postgresql/" + std::to_string(newest) + "/bin";
  return fs::path(base::find_program("psql")).parent_path().string();
}

int pg_dump_version() {
  static const int version = [] {
    // pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
    const std::string said = base::run_process({client_folder() + "/pg_dump", "--version"}).out;
    return std::atoi(said.substr(said.find(')') + 1).c_str());
  }();
  return version;
}

bool skips_for_pg_dump() {
  const int server = connect(superuser_url())->server_version() / 10000;
  if (server <= pg_dump_version()) return false;
  WARN("skipped: pg_dump is of PostgreSQL " << pg_dump_version() << " and refuses a server of " << server);
  return true;
}

}  // namespace tests
