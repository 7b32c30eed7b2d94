// Many runners at once, and what others at the database notice of a migration. WAXWING_RUNNERS="64 100" is runners and
// rounds.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "fault_project.hpp"
#include "postgres/connection.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/database.hpp"
#include "support/temporary_folder.hpp"

namespace {

std::vector<std::string> command(const std::string& folder, const postgres::Url& url, std::vector<std::string> words) {
  words.insert(words.end(), {"-C", folder, "--url", url.conninfo(), "--lock-wait", "120"});
  return words;
}

/// A project of one migration.
struct Project : tests::TemporaryFolder {
  explicit Project(const std::string& up, const std::string& header = "") {
    std::filesystem::create_directories(path() + "/migrations");
    base::write_file(path() + "/waxwing.lua", "return {}");
    base::write_file(path() + "/migrations/a.lua", "local m = migration { revision = 'a'" + header +
                                                       " }\nfunction m.upgrade()\n" + up + "\nend\nreturn m\n");
  }
};

std::int64_t number(const postgres::Url& url, const std::string& sql) {
  return tests::connect(url)->query(sql).integer(0, 0);
}

}  // namespace

TEST_CASE("many runners at once all succeed, and everything is done once", "[faults][runners]") {
  std::istringstream setting(std::getenv("WAXWING_RUNNERS") ? std::getenv("WAXWING_RUNNERS") : "12 3");
  int runners = 0, rounds = 0;
  setting >> runners >> rounds;
  int successes = 0;
  for (int round = 0; round < rounds; ++round) {
    const postgres::Url url = tests::fresh_database();
    const tests::TemporaryFolder logs;
    std::vector<std::unique_ptr<tests::Child>> children;
    for (int i = 0; i < runners; ++i)
      children.push_back(std::make_unique<tests::Child>(command(tests::fault_project(), url, {"upgrade", "head"}),
                                                        logs.path() + "/" + std::to_string(i)));
    for (int i = 0; i < runners; ++i) {
      const int status = children[static_cast<std::size_t>(i)]->wait(240000);
      successes += status == 0;
      INFO(base::read_file(logs.path() + "/" + std::to_string(i)));
      CHECK(status == 0);
    }
    const auto connection = tests::connect(url);
    CHECK(connection->query("select count(*) from waxwing.revision").integer(0, 0) == 7);
    CHECK(connection->query("select count(*) filter (where n <> 1) from counter").integer(0, 0) == 0);
    CHECK(connection->query("select count(*) from pg_index where not indisvalid").integer(0, 0) == 0);
  }
  std::printf("%d of %d runners succeeded\n", successes, runners * rounds);
  CHECK(successes == runners * rounds);
}

TEST_CASE("readers wait no longer than the lock timeout behind a migration that waits", "[faults][locks]") {
  const postgres::Url url = tests::fresh_database();
  tests::connect(url)->query("create table t (n int); insert into t values (1)");
  const auto blocker = tests::connect(url);
  blocker->query("begin; select * from t");
  const Project project("op.add_column { table = 't', name = 'm', type = 'integer' }", ", retry_deadline_ms = 30000");
  const std::string output = project.path() + "/output";
  std::atomic<bool> ends = false;
  std::atomic<int> longest_ms = 0;
  std::atomic<int> reads = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 10; ++i)
    readers.emplace_back([&] {
      const auto connection = tests::connect(url);
      while (!ends) {
        const base::Stopwatch stopwatch;
        connection->query("select n from t");
        const int took = static_cast<int>(stopwatch.milliseconds());
        for (int seen = longest_ms; took > seen && !longest_ms.compare_exchange_weak(seen, took);) {
        }
        ++reads;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
  tests::Child child(command(project.path(), url, {"upgrade", "head"}), output);
  std::this_thread::sleep_for(std::chrono::seconds(3));
  CHECK(base::read_file(output).find("must wait for a lock") != std::string::npos);
  blocker->query("commit");
  const int status = child.wait(60000);
  ends = true;
  for (std::thread& reader : readers) reader.join();
  INFO(base::read_file(output));
  CHECK(status == 0);
  std::printf("%d reads, the longest %d ms (lock_timeout 100 ms)\n", reads.load(), longest_ms.load());
  CHECK(reads > 100);
  // Without the short timeout readers would wait for as long as the blocker: 3 s.
  CHECK(longest_ms < 1000);
}

TEST_CASE("the lock of a runner that was killed in a long statement is free soon", "[faults][locks]") {
  const postgres::Url url = tests::fresh_database();
  if (tests::connect(url)->server_version() < 140000) {
    WARN("skipped: the server cannot notice a closed connection in a statement before version 14");
    return;
  }
  const Project project("db.execute('create table t (n int)') db.execute('select pg_sleep(3600)')");
  tests::Child child(command(project.path(), url, {"upgrade", "head"}), project.path() + "/output");
  const auto connection = tests::connect(url);
  const auto sleepers = [&] {
    return connection
        ->query("select count(*) from pg_stat_activity where query like '%pg_sleep(3600)%' and pid <> pg_backend_pid()")
        .integer(0, 0);
  };
  for (int i = 0; i < 1000 && sleepers() == 0; ++i) usleep(10000);
  REQUIRE(sleepers() == 1);
  kill(child.pid(), SIGKILL);
  const base::Stopwatch stopwatch;
  for (int i = 0; i < 1000 && sleepers() != 0; ++i) usleep(5000);
  std::printf("the session of a killed runner was gone after %.0f ms\n", stopwatch.milliseconds());
  CHECK(sleepers() == 0);
  CHECK(stopwatch.milliseconds() < 3000);
  CHECK(number(url, "select count(*) from pg_locks where locktype = 'advisory'") == 0);
}

TEST_CASE("an index build that is cancelled or terminated in any phase heals in the same run", "[faults][index]") {
  const Project project("op.create_index { table = 't', columns = { 'n' }, name = 't_n', concurrently = true }",
                        ", transaction = 'none'");
  for (const char* function : {"pg_cancel_backend", "pg_terminate_backend"})
    for (const char* phase : {"initializing", "waiting for writers before build", "building index%",
                              "waiting for writers before validation", "waiting for old snapshots"}) {
      INFO(function << " while " << phase);
      const postgres::Url url = tests::fresh_database();
      const auto connection = tests::connect(url);
      connection->query("create table t (n int); insert into t select generate_series(1, 200000)");
      // An open transaction that wrote to the table, or that holds a snapshot, keeps the build in its waiting phases.
      const auto writer = tests::connect(url);
      const bool waits = std::string(phase).starts_with("waiting");
      if (waits)
        writer->query(std::string(phase).find("snapshots") != std::string::npos
                          ? "begin isolation level repeatable read; select 1"
                          : "begin; insert into t values (0)");
      const std::string output = project.path() + "/output";
      tests::Child child(command(project.path(), url, {"upgrade", "head"}), output);
      int hits = 0;
      for (int i = 0; i < 4000 && hits == 0; ++i) {
        hits = static_cast<int>(connection
                                    ->query(std::string("select count(") + function +
                                                "(pid)) from pg_stat_progress_create_index where datname = "
                                                "current_database() and relid = 't'::regclass and phase like $1",
                                            {{phase}})
                                    .integer(0, 0));
        if (kill(child.pid(), 0) != 0) break;
        usleep(300);
      }
      if (waits) writer->query("commit");
      const int status = child.wait(60000);
      INFO(base::read_file(output));
      INFO("hits " << hits);
      CHECK(status == 0);
      CHECK(number(url, "select count(*) from pg_index where indexrelid = 't_n'::regclass and indisvalid") == 1);
      CHECK(number(url, "select count(*) from pg_index where not indisvalid") == 0);
    }
}
