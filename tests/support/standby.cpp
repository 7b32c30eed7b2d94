#include "support/standby.hpp"

#include <unistd.h>

#include <filesystem>

#include "base/files.hpp"
#include "base/process.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"

namespace tests {

namespace fs = std::filesystem;

Standby::Standby(const std::string& delay) : data_(folder_.path() + "/data") {
  const int version = connect(superuser_url())->server_version() / 10000;
  bin_ = "/usr/lib/postgresql/" + std::to_string(version) + "/bin/";
  if (!fs::exists(bin_ + "pg_basebackup")) {
    WARN("skipped: " << bin_ << "pg_basebackup is not there");
    return;
  }
  if (geteuid() == 0) base::run_process({"chown", "postgres", folder_.path()});
  REQUIRE(run({bin_ + "pg_basebackup", "-D", data_, "-R", "-c", "fast", "-d", superuser_url().conninfo()}) == 0);
  for (const std::string& setting :
       {"recovery_min_apply_delay = '" + delay + "'", std::string("wal_receiver_status_interval = 1s"),
        std::string("listen_addresses = ''"), "unix_socket_directories = '" + data_ + "'",
        std::string("hot_standby = off")})
    REQUIRE(run({"sh", "-c", "echo \"$0\" >> \"$1\"", setting, data_ + "/postgresql.auto.conf"}) == 0);
  REQUIRE(run({bin_ + "pg_ctl", "-D", data_, "-l", data_ + "/standby.log", "-w", "start"}) == 0);
  is_there_ = true;
}

Standby::~Standby() {
  if (is_there_) run({bin_ + "pg_ctl", "-D", data_, "-m", "immediate", "stop"});
}

int Standby::run(const std::vector<std::string>& words) const {
  std::vector<std::string> command;
  if (geteuid() == 0) command = {"setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"};
  command.insert(command.end(), words.begin(), words.end());
  const base::ProcessResult result = base::run_process(command);
  if (result.status != 0) WARN(result.out << result.err);
  return result.status;
}

}  // namespace tests
