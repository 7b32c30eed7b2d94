// Servers that a migration must not run on, real ones: a standby, and PgBouncer in each of its modes.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "postgres/connection.hpp"
#include "postgres/private_cluster.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"
#include "support/temporary_folder.hpp"

namespace fs = std::filesystem;
using postgres::Connection;
using postgres::PrivateCluster;

namespace {

std::string refusal(const postgres::Url& url) {
  try {
    postgres::ConnectOptions options;
    options.wait = std::chrono::seconds(10);
    Connection::open(url, options);
  } catch (const base::Error& error) {
    return std::string(error.code().id) + " " + error.what();
  }
  return "";
}

/// PgBouncer in front of a database, on a unix socket.
class Pooler {
 public:
  Pooler(const postgres::Url& behind, const std::string& mode) {
    base::write_file(folder_.path() + "/pgbouncer.ini",
                     "[databases]\n* = host=" + behind.setting("host") + " port=" + behind.setting("port") +
                         " user=postgres\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = " +
                         folder_.path() + "\nauth_type = any\npool_mode = " + mode + "\nlogfile = " + folder_.path() +
                         "/log\nignore_startup_parameters = extra_float_digits\n");
    fs::permissions(folder_.path(), fs::perms::all);
    pid_ = fork();
    if (pid_ == 0) {
      const std::string config = folder_.path() + "/pgbouncer.ini";
      if (getuid() == 0)
        execlp("pgbouncer", "pgbouncer", "-q", "-u", "postgres", config.c_str(), nullptr);
      else
        execlp("pgbouncer", "pgbouncer", "-q", config.c_str(), nullptr);
      _exit(127);
    }
  }
  ~Pooler() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  postgres::Url url(const std::string& database) const {
    return postgres::Url::parse("postgresql://postgres@/" + database + "?port=6432&host=" + folder_.path(), "a test");
  }

 private:
  tests::TemporaryFolder folder_;
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("a standby is refused and named", "[postgres]") {
  const tests::TemporaryFolder project;
  const std::string data = PrivateCluster::start(project.path()).directory();
  PrivateCluster::stop(project.path());
  REQUIRE(fs::exists(data + "/PG_VERSION"));
  base::write_file(data + "/standby.signal", "");
  const PrivateCluster standby = PrivateCluster::start(project.path());
  CHECK(refusal(standby.url()) == "WAX-2005 the server is a read-only replica");
  // Looking is allowed.
  postgres::ConnectOptions look;
  look.for_migration = false;
  CHECK(Connection::open(standby.url(), look)->query("select pg_is_in_recovery()").boolean(0, 0));
  PrivateCluster::destroy(project.path());
}

TEST_CASE("PgBouncer is refused and named", "[postgres]") {
  if (base::find_program("pgbouncer").empty()) {
    WARN("skipped: pgbouncer is not installed");
    return;
  }
  const postgres::Url behind = tests::fresh_database();
  for (const char* mode : {"session", "transaction", "statement"}) {
    INFO(mode);
    const Pooler pooler(behind, mode);
    CHECK_THAT(refusal(pooler.url(behind.database())), ContainsSubstring("WAX-2004"));
  }
}
