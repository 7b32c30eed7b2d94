// Signals at the program while a script, the database or something that cannot be interrupted is at work.
#include <signal.h>

#include <filesystem>
#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/database.hpp"
#include "support/temporary_folder.hpp"

namespace {

struct Outcome {
  int status = 0;
  double milliseconds = 0;
  std::string output;
  /// How many sessions and tables the database has a moment later.
  std::int64_t sessions = 0, tables = 0;
  /// Of the run, in the ledger.
  std::string recorded;
};

/// Runs a migration with this body, and sends a signal when it is at work.
Outcome interrupted(const std::string& body, int signal) {
  const tests::TemporaryFolder folder;
  const postgres::Url url = tests::fresh_database();
  std::filesystem::create_directories(folder.path() + "/migrations");
  base::write_file(folder.path() + "/waxwing.lua", "return {}");
  base::write_file(
      folder.path() + "/migrations/a.lua",
      "local m = migration { revision = 'a' }\nfunction m.upgrade()\n  db.execute('create table t (n int)')\n"
      "  log.info('at work')\n" +
          body + "\nend\nreturn m\n");
  const std::string output = folder.path() + "/output";
  tests::Child child({"upgrade", "head", "-C", folder.path(), "--url", url.conninfo()}, output);
  for (int i = 0; i < 1000 && base::read_file(output).find("at work") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const base::Stopwatch stopwatch;
  kill(child.pid(), signal);
  Outcome outcome;
  outcome.status = child.wait(30000);
  outcome.milliseconds = stopwatch.milliseconds();
  outcome.output = base::read_file(output);
  const auto connection = tests::connect(url);
  for (int i = 0; i < 100; ++i) {
    outcome.sessions =
        connection
            ->query(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'")
            .integer(0, 0);
    if (outcome.sessions == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  outcome.tables = connection->query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").integer(0, 0);
  outcome.recorded = connection->query("SELECT coalesce(outcome, '') FROM waxwing.run").text(0, 0);
  return outcome;
}

}  // namespace

TEST_CASE("a signal ends whatever is at work, and the transaction is rolled back", "[cli][signals]") {
  const std::string bodies[] = {
      "while true do end",
      "while true do pcall(function() while true do end end) end",
      "local co = coroutine.wrap(function() while true do pcall(coroutine.yield) end end) while true do co() end",
      "db.execute('select pg_sleep(3600)')",
      "pcall(db.execute, 'select pg_sleep(3600)') db.execute('select 1')",
      "for i = 1, 1e9 do db.execute('select 1') end",
      // In C, where no hook looks.
      "string.find(('a'):rep(40), ('a?'):rep(40) .. ('a'):rep(40))",
  };
  for (const std::string& body : bodies)
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      INFO(body << " with signal " << signal);
      const Outcome outcome = interrupted(body, signal);
      INFO(outcome.output);
      CHECK((outcome.status == 128 + signal || (signal == SIGHUP && outcome.status == 143)));
      CHECK(outcome.sessions == 0);
      CHECK(outcome.tables == 0);
      // The last one is ended by its deadline, and says nothing more.
      CHECK(outcome.recorded == (body.starts_with("string.find") ? "" : "interrupted"));
      CHECK_THAT(outcome.output, ContainsSubstring(signal == SIGINT ? "WAX-3007" : "WAX-3008"));
      // The promise is one second; a loaded machine gets some more.
      CHECK(outcome.milliseconds < 3000);
    }
}
