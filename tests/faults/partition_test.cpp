// A network that falls silent: a namespace of its own, in which the loopback interface goes down. Both ends keep their
// sockets open and hear nothing; unix sockets go on working, and the judge looks through one.
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "postgres/cluster_process.hpp"
#include "postgres/private_cluster.hpp"
#include "runners.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"

namespace {

void set_loopback(bool up) {
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  ioctl(any, SIOCGIFFLAGS, &request);
  request.ifr_flags = static_cast<short>(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
  if (ioctl(any, SIOCSIFFLAGS, &request) != 0) throw std::runtime_error("the loopback interface cannot be set");
  close(any);
}

/// A server that listens on 127.0.0.1 of the present network namespace, and on a unix socket.
class TcpServer {
 public:
  TcpServer() : home_(postgres::cluster_folders().runtime / ("n-" + base::random_hex(8))) {
    const std::string bin = postgres::postgres_bin_directory(), log = (home_ / "log").string();
    postgres::make_server_folder(home_);
    postgres::run_as_server_user({"/bin/cp", "-a", postgres::initdb_template(bin).string(), (home_ / "data").string()},
                                 log);
    pid_ = postgres::start_as_server_user(
        {bin + "/postgres", "-D", (home_ / "data").string(), "-k", home_.string(), "-c", "listen_addresses=127.0.0.1",
         "-c", "fsync=off", "-c", "shared_buffers=32MB", "-c", "dynamic_shared_memory_type=mmap"},
        log, true);
    postgres::ConnectOptions options;
    options.wait = std::chrono::seconds(30);
    postgres::Connection::open(local("postgres"), options);
  }
  ~TcpServer() {
    kill(pid_, SIGQUIT);
    while (postgres::is_running(pid_)) usleep(2000);
    std::error_code ignored;
    std::filesystem::remove_all(home_, ignored);
  }
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  postgres::Url local(const std::string& database) const {
    return postgres::Url::parse("host=" + home_.string() + " user=postgres dbname=" + database, "local");
  }
  static postgres::Url tcp(const std::string& database) {
    return postgres::Url::parse("host=127.0.0.1 user=postgres sslmode=disable gssencmode=disable dbname=" + database,
                                "tcp");
  }

 private:
  std::filesystem::path home_;
  pid_t pid_ = 0;
};

struct Outcome {
  std::string failure;
  /// After which time the lock was free, by database; 0: it never was.
  double idle_ms = 0, answering_ms = 0;
  int status = 0;
  std::string output;
};

constexpr double limit_ms = 30000;

/// Three runners at work when the network falls silent: one whose statement runs on and on, one whose statement ends
/// with an answer into the silence (both lose power, too), and one that lives and sees the network come back.
void run(Outcome& outcome) {
  set_loopback(true);
  const TcpServer server;
  for (const char* name : {"a", "b", "c"})
    tests::connect(server.local("postgres"))->query(std::string("create database ") + name);
  const tests::OneMigration long_one("db.execute('create table t (n int)') db.execute('select pg_sleep(3600)')");
  const tests::OneMigration short_ones(
      "db.execute('create table t (n int)') for i = 1, 8 do db.execute('select pg_sleep(0.5)') end");
  tests::Child idle(tests::command(long_one.path(), server.tcp("a"), {"upgrade", "head"}), long_one.path() + "/a");
  tests::Child answering(tests::command(short_ones.path(), server.tcp("b"), {"upgrade", "head"}),
                         short_ones.path() + "/b");
  tests::Child living(tests::command(short_ones.path(), server.tcp("c"), {"upgrade", "head"}),
                      short_ones.path() + "/c");
  const auto look = tests::connect(server.local("postgres"));
  const auto count = [&](const std::string& sql) { return look->query(sql).integer(0, 0); };
  for (int i = 0;
       count("select count(*) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()") < 3;
       ++i) {
    if (i == 2000) throw std::runtime_error("the runners are not at work");
    usleep(10000);
  }
  set_loopback(false);
  kill(idle.pid(), SIGKILL);
  kill(answering.pid(), SIGKILL);
  const base::Stopwatch silence;
  const auto is_locked = [&](const char* database) {
    return count(std::string(
                     "select count(*) from pg_locks l join pg_database d on d.oid = l.database where l.locktype = "
                     "'advisory' and d.datname = '") +
                 database + "'") > 0;
  };
  bool living_is_locked = true;
  while (silence.milliseconds() < limit_ms && (outcome.idle_ms == 0 || outcome.answering_ms == 0 || living_is_locked)) {
    if (outcome.idle_ms == 0 && !is_locked("a")) outcome.idle_ms = silence.milliseconds();
    if (outcome.answering_ms == 0 && !is_locked("b")) outcome.answering_ms = silence.milliseconds();
    living_is_locked = living_is_locked && is_locked("c");
    usleep(20000);
  }
  set_loopback(true);
  outcome.status = living.wait(60000);
  outcome.output = base::read_file(short_ones.path() + "/c");
}

}  // namespace

TEST_CASE("a runner that the network cut off gives the lock back within its lease", "[faults][locks]") {
  Outcome outcome;
  bool may = true;
  std::thread([&] {
    // Of this thread alone, and of what it starts.
    may = unshare(CLONE_NEWNET) == 0;
    if (!may) return;
    try {
      run(outcome);
    } catch (const std::exception& error) {
      outcome.failure = error.what();
    }
  }).join();
  if (!may) {
    WARN("skipped: only root may make a network namespace");
    return;
  }
  REQUIRE(outcome.failure == "");
  std::printf(
      "partition: the lock was free after %.1f s in a statement, after %.1f s with an answer on its way (lease 12 s)\n",
      outcome.idle_ms / 1000, outcome.answering_ms / 1000);
  CHECK(outcome.idle_ms > 0);
  CHECK(outcome.answering_ms > 0);
  INFO(outcome.output);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.output, ContainsSubstring("connected again"));
}
