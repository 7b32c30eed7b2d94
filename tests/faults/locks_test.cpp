// What others at the database notice of a migration: how long they wait behind it, and when its lock is free after it
// died. WAXWING_LOCK_QUEUE="50 10" is readers and the seconds of their blocker.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "postgres/connection.hpp"
#include "runners.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"

using tests::command;
using tests::number;

namespace {

/// How long readers waited, in milliseconds.
class Waits {
 public:
  void add(double ms) {
    const std::lock_guard guard(mutex_);
    waits_.push_back(ms);
  }
  std::size_t count() const { return waits_.size(); }
  double longest() const { return waits_.empty() ? 0 : *std::max_element(waits_.begin(), waits_.end()); }
  int over(double ms) const {
    return static_cast<int>(std::count_if(waits_.begin(), waits_.end(), [ms](double each) { return each > ms; }));
  }

 private:
  std::mutex mutex_;
  std::vector<double> waits_;
};

}  // namespace

TEST_CASE("readers wait no longer than the lock timeout behind a migration that waits", "[faults][locks]") {
  const tests::Figures figures("WAXWING_LOCK_QUEUE", "10 3");
  const int readers = figures[0], seconds = figures[1];
  const postgres::Url url = tests::fresh_database();
  tests::connect(url)->query("create table t (n int); insert into t values (1)");
  const auto blocker = tests::connect(url);
  blocker->query("begin; select * from t");
  const tests::OneMigration project("op.add_column { table = 't', name = 'm', type = 'integer' }",
                                    ", retry_deadline_ms = 60000");
  const std::string output = project.path() + "/output";
  std::atomic<bool> ends = false, is_migrating = false;
  Waits alone, beside;
  std::vector<std::thread> threads;
  for (int i = 0; i < readers; ++i)
    threads.emplace_back([&] {
      const auto connection = tests::connect(url);
      while (!ends) {
        const bool was_migrating = is_migrating;
        const base::Stopwatch stopwatch;
        connection->query("select n from t");
        (was_migrating ? beside : alone).add(stopwatch.milliseconds());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
  // What the machine adds by itself.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  is_migrating = true;
  tests::Child child(command(project.path(), url, {"upgrade", "head"}), output);
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  CHECK(base::read_file(output).find("must wait for a lock") != std::string::npos);
  blocker->query("commit");
  const int status = child.wait(60000);
  ends = true;
  for (std::thread& thread : threads) thread.join();
  INFO(base::read_file(output));
  CHECK(status == 0);
  std::printf(
      "lock queue: %d readers, blocker %d s: %zu reads, the longest %.0f ms, %d over 150 ms "
      "(lock_timeout 100 ms); without the migration %zu reads, the longest %.0f ms\n",
      readers, seconds, beside.count(), beside.longest(), beside.over(150), alone.count(), alone.longest());
  CHECK(beside.count() > 100);
  // Without the short timeout readers would wait for as long as the blocker.
  CHECK(beside.longest() < 1000 * seconds);
}

TEST_CASE("the lock of a runner that was killed in a long statement is free soon", "[faults][locks]") {
  const postgres::Url url = tests::fresh_database();
  if (tests::connect(url)->server_version() < 140000) {
    WARN("skipped: the server cannot notice a closed connection in a statement before version 14");
    return;
  }
  const tests::OneMigration project("db.execute('create table t (n int)') db.execute('select pg_sleep(3600)')");
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
