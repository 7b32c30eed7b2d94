// A backfill that is killed at random moments changes every row once. WAXWING_BACKFILL_KILLS and WAXWING_BACKFILL_ROWS
// make it longer than a test run has time for.
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "base/files.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/database.hpp"
#include "support/seed.hpp"
#include "support/temporary_folder.hpp"

namespace {

int setting(const char* name, int usual) {
  const char* value = std::getenv(name);
  return value ? std::atoi(value) : usual;
}

}  // namespace

TEST_CASE("a backfill that is killed again and again changes every row once", "[faults][backfill]") {
  const int kills = setting("WAXWING_BACKFILL_KILLS", 20);
  const int rows = setting("WAXWING_BACKFILL_ROWS", 20000);
  const tests::TemporaryFolder folder;
  const postgres::Url url = tests::fresh_database();
  const auto connection = tests::connect(url);
  connection->query(
      fmt::format("create table t (id bigint primary key, n integer not null default 0, filler text); insert into t "
                  "select i, 0, repeat('x', 120) from generate_series(1, {}) as i; analyze t",
                  rows));
  std::filesystem::create_directories(folder.path() + "/migrations");
  base::write_file(folder.path() + "/waxwing.lua", "return { lock_wait_s = 30 }");
  // Batches so small that the kills are spread over the whole of it.
  base::write_file(
      folder.path() + "/migrations/a.lua",
      fmt::format("local m = migration {{ revision = 'a' }}\nfunction m.upgrade()\n  op.backfill {{ table = "
                  "'t', set = 'n = n + 1', batch_rows = {}, target_ms = 0 }}\nend\nreturn m\n",
                  std::max(1, rows / (kills * 10))));
  const auto start = [&] {
    return std::make_unique<tests::Child>(
        std::vector<std::string>{"upgrade", "head", "-C", folder.path(), "--url", url.conninfo()},
        folder.path() + "/output");
  };
  const auto batches = [&]() -> std::int64_t {
    if (connection->query("select to_regclass('waxwing.checkpoint') is null").boolean(0, 0)) return 0;
    const postgres::Result found = connection->query("select batches from waxwing.checkpoint");
    return found.empty() ? 0 : found.integer(0, 0);
  };
  std::minstd_rand random(tests::seed());
  int killed = 0;
  for (int i = 0; i < kills; ++i) {
    // A few batches further on, and then at any moment of the next one.
    const std::int64_t wanted = batches() + 1 + static_cast<std::int64_t>(random() % 9);
    const auto child = start();
    for (int looks = 0; looks < 20000 && batches() < wanted; ++looks) {
      if (kill(child->pid(), 0) != 0) break;
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    if (kill(child->pid(), SIGKILL) == 0) ++killed;
    child->wait(10000);
  }
  CHECK(killed > 0);
  const auto last = start();
  INFO(base::read_file(folder.path() + "/output"));
  CHECK(last->wait(300000) == 0);
  CHECK(connection->query("select count(*) from t where n <> 1").integer(0, 0) == 0);
  CHECK(connection->query("select count(*) from t").integer(0, 0) == rows);
  CHECK(connection->query("select count(*) from waxwing.journal").integer(0, 0) == 0);
  std::printf("%d kills, %d rows, each changed once\n", killed, rows);
}
