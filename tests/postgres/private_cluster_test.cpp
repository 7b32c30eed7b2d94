// The private cluster under what machines do to it: two commands at once, kills, leftovers.
#include "postgres/private_cluster.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <thread>

#include "base/files.hpp"
#include "postgres/connection.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using postgres::Connection;
using postgres::PrivateCluster;

namespace {

bool wait_until(const std::function<bool()>& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

/// A kept cluster that ends with the test.
struct KeptProject : tests::TemporaryFolder {
  ~KeptProject() { PrivateCluster::destroy(path()); }
};

}  // namespace

TEST_CASE("several processes that start a project's cluster share one", "[postgres][cluster]") {
  const KeptProject project;
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      int status = 1;
      try {
        const PrivateCluster cluster = PrivateCluster::start(project.path());
        const auto connection = Connection::open(cluster.url("shop"));
        connection->query("create table if not exists t" + std::to_string(i) + " (n int)");
        status = 0;
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
      }
      _exit(status);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  const auto connection = Connection::open(PrivateCluster::start(project.path()).url("shop"));
  CHECK(connection->query("select count(*) from pg_tables where schemaname = 'public'").integer(0, 0) == 4);
}

TEST_CASE("a kept cluster comes back after its server was killed", "[postgres][cluster]") {
  const KeptProject project;
  int pid = 0;
  {
    const PrivateCluster cluster = PrivateCluster::start(project.path());
    pid = cluster.pid();
    Connection::open(cluster.url("shop"))->query("create table kept as select 42 as n");
  }
  CHECK(kill(pid, 0) == 0);
  kill(pid, SIGKILL);
  REQUIRE(wait_until([&] { return !PrivateCluster::status(project.path()).running; }));
  const PrivateCluster again = PrivateCluster::start(project.path());
  CHECK(again.pid() != pid);
  CHECK(Connection::open(again.url("shop"))->query("select n from kept").integer(0, 0) == 42);
}

TEST_CASE("a destroyed cluster leaves no folder", "[postgres][cluster]") {
  namespace fs = std::filesystem;
  const KeptProject project;
  PrivateCluster::start(project.path());
  const fs::path home = fs::path(PrivateCluster::status(project.path()).directory).parent_path();
  REQUIRE(fs::exists(home));
  SECTION("of its own") {
    PrivateCluster::destroy(project.path());
    CHECK_FALSE(fs::exists(home));
    PrivateCluster::destroy(project.path());
    CHECK_FALSE(fs::exists(home));
  }
  SECTION("but leaves what is not its own") {
    base::write_file((home / "notes").string(), "mine");
    PrivateCluster::destroy(project.path());
    CHECK(base::read_file((home / "notes").string()) == "mine");
    CHECK_FALSE(fs::exists(home / "postgres"));
    CHECK_FALSE(fs::exists(home / "lock"));
    fs::remove_all(home);
  }
}

TEST_CASE("a command that waited for a destroy starts anew", "[postgres][cluster]") {
  const KeptProject project;
  PrivateCluster::start(project.path());
  std::thread destroying([&] { PrivateCluster::destroy(project.path()); });
  std::thread starting([&] { PrivateCluster::start(project.path()); });
  destroying.join();
  starting.join();
  // In whichever order they came, what is there works.
  CHECK(Connection::open(PrivateCluster::start(project.path()).url())->query("select 1").integer(0, 0) == 1);
}

TEST_CASE("a copy that was cut short is not taken for a cluster", "[postgres][cluster]") {
  const KeptProject project;
  PrivateCluster::start(project.path());
  const std::string data = PrivateCluster::status(project.path()).directory;
  PrivateCluster::destroy(project.path());
  CHECK_FALSE(PrivateCluster::status(project.path()).exists);
  std::filesystem::create_directories(data + ".new/base");
  const PrivateCluster cluster = PrivateCluster::start(project.path());
  CHECK(Connection::open(cluster.url())->query("select 1").integer(0, 0) == 1);
}

TEST_CASE("the temporary cluster of a killed process ends", "[postgres][cluster]") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t owner = fork();
  if (owner == 0) {
    try {
      const PrivateCluster cluster = PrivateCluster::temporary();
      const std::string said = std::to_string(cluster.pid()) + " " + cluster.directory() + "\n";
      if (write(ends[1], said.data(), said.size()) < 0) _exit(1);
      for (;;) pause();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    _exit(1);
  }
  close(ends[1]);
  char said[512] = "";
  REQUIRE(read(ends[0], said, sizeof said - 1) > 0);
  int server = 0;
  char directory[400] = "";
  REQUIRE(std::sscanf(said, "%d %399s", &server, directory) == 2);
  CHECK(kill(server, 0) == 0);
  kill(owner, SIGKILL);
  waitpid(owner, nullptr, 0);
  CHECK(wait_until([&] { return kill(server, 0) != 0; }));
  // The next temporary cluster removes what the killed one left.
  const PrivateCluster next = PrivateCluster::temporary();
  CHECK_FALSE(std::filesystem::exists(directory));
}
