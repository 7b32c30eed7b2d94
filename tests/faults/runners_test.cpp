// Many runners at once. WAXWING_RUNNERS="64 100" is runners and rounds; WAXWING_INDEX_RUNNERS="16 50" those of index
// builds; WAXWING_INDEX_ENDS="10" is how often a build is ended in each of its phases.
#include "runners.hpp"

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

using tests::command;
using tests::number;

TEST_CASE("many runners at once all succeed, and everything is done once", "[faults][runners]") {
  const tests::Figures figures("WAXWING_RUNNERS", "12 3");
  const int runners = figures[0], rounds = figures[1];
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
    CHECK(connection->query("select count(*) from waxwing.revision").integer(0, 0) == tests::fault_revisions);
    CHECK(connection->query("select count(*) filter (where n <> 1) from counter").integer(0, 0) == 0);
    CHECK(connection->query("select count(*) from pg_index where not indisvalid").integer(0, 0) == 0);
  }
  std::printf("%d of %d runners succeeded\n", successes, runners * rounds);
  CHECK(successes == runners * rounds);
}

TEST_CASE("runners that wait for each other's index builds do not hang", "[faults][runners]") {
  const tests::Figures figures("WAXWING_INDEX_RUNNERS", "6 2");
  const int runners = figures[0], rounds = figures[1];
  const tests::TemporaryFolder project;
  std::filesystem::create_directories(project.path() + "/migrations");
  base::write_file(project.path() + "/waxwing.lua", "return {}");
  base::write_file(project.path() + "/migrations/a.sql",
                   "-- revision: a\n-- waxwing: up\ncreate table t (n int, m int);\n"
                   "insert into t select i, i from generate_series(1, 20000) as i;\n");
  base::write_file(project.path() + "/migrations/b.sql",
                   "-- revision: b\n-- revises: a\n-- transaction: none\n-- waxwing: up\n"
                   "create index concurrently t_n on t (n);\ncreate unique index concurrently t_m on t (m);\n"
                   "reindex index concurrently t_n;\n");
  int successes = 0, hangs = 0;
  for (int round = 0; round < rounds; ++round) {
    const postgres::Url url = tests::fresh_database();
    const tests::TemporaryFolder logs;
    std::vector<std::unique_ptr<tests::Child>> children;
    for (int i = 0; i < runners; ++i)
      children.push_back(std::make_unique<tests::Child>(command(project.path(), url, {"upgrade", "head"}),
                                                        logs.path() + "/" + std::to_string(i)));
    for (int i = 0; i < runners; ++i) {
      const int status = children[static_cast<std::size_t>(i)]->wait(120000);
      successes += status == 0;
      hangs += status == -1;
      INFO(base::read_file(logs.path() + "/" + std::to_string(i)));
      CHECK(status == 0);
    }
    CHECK(number(url, "select count(*) from pg_index where indrelid = 't'::regclass and indisvalid") == 2);
    CHECK(number(url, "select count(*) from pg_index where not indisvalid") == 0);
  }
  std::printf("index builds: %d of %d runners succeeded, %d hung\n", successes, runners * rounds, hangs);
  CHECK(successes == runners * rounds);
}

TEST_CASE("an index build that is cancelled or terminated in any phase heals in the same run", "[faults][index]") {
  const tests::OneMigration project(
      "op.create_index { table = 't', columns = { 'n' }, name = 't_n', concurrently = true }",
      ", transaction = 'none'");
  const int rounds = tests::Figures("WAXWING_INDEX_ENDS", "1 0")[0];
  int ended = 0, healed = 0;
  for (int round = 0; round < rounds * 2; ++round)
    for (const char* phase : {"initializing", "waiting for writers before build", "building index%",
                              "waiting for writers before validation", "waiting for old snapshots"}) {
      const std::string function = round % 2 ? "pg_terminate_backend" : "pg_cancel_backend";
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
                                    ->query("select count(" + function +
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
      ended += hits > 0;
      healed += hits > 0 && status == 0;
    }
  std::printf("index builds: %d of %d that were cancelled or terminated healed in the same run\n", healed, ended);
  CHECK(ended > 0);
}
