// waxwing runs, and what a backfill tells the one who watches it.
#include <signal.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/program_project.hpp"
#include "support/standby.hpp"

using tests::ProgramProject;

namespace {

/// A backfill that takes its time.
void write_slow_backfill(const ProgramProject& project) {
  project.write("migrations/a.lua",
                "local m = migration { revision = 'a', message = 'count up' }\nfunction m.upgrade()\n"
                "  op.backfill { table = 't', set = 'n = n + 1', batch_rows = 10, target_ms = 0, pause_ms = 30 }\n"
                "end\nreturn m\n");
}

const char* const rows =
    "create table t (id int primary key, n int not null default 0); insert into t select generate_series(1, 1000)";

bool comes_true(const ProgramProject& project, const std::string& condition) {
  const auto connection = tests::connect(project.url());
  for (int i = 0; i < 1000; ++i) {
    if (connection->query("select to_regclass('waxwing.checkpoint') is not null").boolean(0, 0)) {
      const auto found = connection->query("select " + condition + " from waxwing.checkpoint");
      if (!found.empty() && found.boolean(0, 0)) return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::unique_ptr<tests::Child> start(const ProgramProject& project, const std::string& more = "--verbose") {
  return std::make_unique<tests::Child>(
      std::vector<std::string>{"upgrade", "head", more, "-C", project.path(), "--url", project.url().conninfo()},
      project.path() + "/output");
}

}  // namespace

TEST_CASE("runs says that there is nothing, and refuses what it cannot understand", "[cli][backfill]") {
  const ProgramProject project(rows);
  write_slow_backfill(project);
  const auto none = project.waxwing({"runs"});
  CHECK(none.status == 0);
  CHECK(none.out == "nothing is under way, and nothing stopped in the middle\n");
  CHECK(nlohmann::json::parse(project.waxwing({"runs", "--json"}).out)["runs"].empty());
  const auto id = project.waxwing({"runs", "pause", "7"});
  CHECK(id.status == 2);
  CHECK_THAT(id.err, ContainsSubstring("WAX-6014") && ContainsSubstring("has the id 7"));
  CHECK(project.waxwing({"runs", "pause"}).status == 2);
  const auto word = project.waxwing({"runs", "pouse", "7"});
  CHECK(word.status == 2);
  CHECK_THAT(word.err, ContainsSubstring("did you mean \"pause\"?"));
}

TEST_CASE("a backfill is listed, paused, let go on and cancelled from another terminal", "[cli][backfill]") {
  const ProgramProject project(rows);
  write_slow_backfill(project);
  const auto child = start(project);
  REQUIRE(comes_true(project, "batches > 2"));
  const nlohmann::json list = nlohmann::json::parse(project.waxwing({"runs", "--json"}).out);
  REQUIRE(list["runs"].size() == 1);
  const nlohmann::json& one = list["runs"][0];
  CHECK(one["table"] == "t");
  CHECK(one["revision"] == "a");
  CHECK(one["state"] == "running");
  CHECK(one["expected"] == 1000);
  CHECK(one["rows"] >= 20);
  const std::string id = std::to_string(one["id"].get<int>());
  CHECK_THAT(project.waxwing({"runs"}).out, ContainsSubstring("running") && ContainsSubstring(id + ": UPDATE \"") &&
                                                ContainsSubstring("waxwing runs pause " + id));
  CHECK(project.waxwing({"runs", "pause", id}).status == 0);
  CHECK(comes_true(project, "state = 'paused'"));
  CHECK_THAT(project.waxwing({"runs"}).out,
             ContainsSubstring("paused") && ContainsSubstring("waxwing runs resume " + id));
  CHECK(project.waxwing({"runs", "resume", id}).status == 0);
  CHECK(comes_true(project, "state = 'running'"));
  const auto cancel = project.waxwing({"runs", "cancel", id, "--json"});
  CHECK(nlohmann::json::parse(cancel.out)["asked"] == "cancel");
  CHECK(child->wait(20000) == 1);
  CHECK_THAT(base::read_file(project.path() + "/output"),
             ContainsSubstring("WAX-6013") && ContainsSubstring("are done and kept"));
  const auto stopped = project.waxwing({"runs"});
  CHECK_THAT(stopped.out, ContainsSubstring("cancelled") && ContainsSubstring("waxwing resume"));
  CHECK(project.waxwing({"runs", "pause", id}).status == 9);
}

TEST_CASE("Ctrl-C leaves the checkpoint, and says how to go on", "[cli][backfill]") {
  const ProgramProject project(rows);
  write_slow_backfill(project);
  const auto child = start(project);
  REQUIRE(comes_true(project, "batches > 2"));
  kill(child->pid(), SIGINT);
  CHECK(child->wait(20000) == 130);
  const std::string output = base::read_file(project.path() + "/output");
  CHECK_THAT(output, ContainsSubstring("WAX-3007") && ContainsSubstring("of t are done and kept") &&
                         ContainsSubstring("the same command goes on behind them"));
  CHECK_THAT(project.waxwing({"runs"}).out, ContainsSubstring("stopped"));
  const auto again = project.waxwing({"upgrade", "head", "--json"});
  CHECK(again.status == 0);
  // The progress is on stderr, a document a line; the result alone on stdout.
  CHECK(nlohmann::json::parse(again.out)["to"] == "a");
  nlohmann::json progress;
  for (const std::string& line : base::split(again.err, '\n'))
    if (line.starts_with("{\"progress\"")) progress = nlohmann::json::parse(line)["progress"];
  CHECK(progress["state"] == "done");
  CHECK(progress["rows"] == 1000);
  CHECK(progress["table"] == "t");
  CHECK(tests::connect(project.url())->query("select count(*) from t where n <> 1").integer(0, 0) == 0);
}

TEST_CASE("--sql writes a backfill as a loop that works", "[cli][backfill]") {
  const ProgramProject project(rows);
  project.write("migrations/a.lua",
                "local m = migration { revision = 'a' }\nfunction m.upgrade()\n  db.execute('create table before ()')\n"
                "  op.backfill { table = 't', set = 'n = n + 1', where = 'n = 0', key = 'id', batch_rows = 70 }\n"
                "  db.execute('create table after ()')\nend\nreturn m\n");
  const auto sql = project.waxwing({"upgrade", "head", "--sql"});
  CHECK(sql.status == 0);
  CHECK_THAT(sql.out, ContainsSubstring("COMMIT;\nDO $backfill$"));
  project.write("upgrade.sql", sql.out);
  const auto psql = base::run_process({"psql", "-Xqf", project.path() + "/upgrade.sql", project.url().conninfo()}, {});
  INFO(psql.err);
  CHECK(psql.status == 0);
  const auto connection = tests::connect(project.url());
  CHECK(connection->query("select count(*) from t where n = 1").integer(0, 0) == 1000);
  CHECK(connection->query("select count(*) from waxwing.revision").integer(0, 0) == 1);
  project.write("migrations/a.lua",
                "local m = migration { revision = 'a' }\nfunction m.upgrade()\n"
                "  db.batches { table = 't', function(rows) end }\nend\nreturn m\n");
  const auto refused = project.waxwing({"upgrade", "head", "--sql"});
  CHECK_THAT(refused.err, ContainsSubstring("WAX-2012"));
}

TEST_CASE("a backfill waits for a standby that is behind", "[cli][backfill]") {
  const tests::Standby standby("1500ms");
  if (!standby.is_there()) return;
  const ProgramProject project(rows);
  project.write("migrations/a.lua",
                "local m = migration { revision = 'a', message = 'count up' }\nfunction m.upgrade()\n"
                "  op.backfill { table = 't', set = 'n = n + 1', batch_rows = 50, target_ms = 0, pause_ms = 200, "
                "max_lag_s = 1 }\nend\nreturn m\n");
  const auto done = project.waxwing({"upgrade", "head", "--verbose"});
  INFO(done.out << done.err);
  CHECK(done.status == 0);
  CHECK_THAT(done.err, ContainsSubstring("t: waiting, a standby is "));
  CHECK(tests::connect(project.url())->query("select count(*) from t where n = 1").integer(0, 0) == 1000);
}
