// Migrations that are not one transaction: what is kept when they stop, and how they go on.
#include <functional>
#include <thread>

#include "support/catch.hpp"
#include "support/project.hpp"

using tests::run;
using tests::TestProject;

namespace {

/// A table whose rows tell how often each statement was run.
void prepare(TestProject& files) {
  files.migration("a", "",
                  "db.execute('create table t (n int)')\n  db.execute('create table ran (what text)')\n"
                  "  db.execute('insert into t values (1), (2)')");
}

std::string ran(const TestProject& files) {
  return files.value(
      "select coalesce(string_agg(what || '*' || times, ' ' order by what), '') from (select what, "
      "count(*) as times from ran group by what) as counts");
}

std::string state_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.state();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a migration without a transaction goes on behind its last statement", "[migrate][journal]") {
  TestProject files;
  prepare(files);
  const std::string failing =
      "db.execute([[insert into ran values ('two')]]) db.execute('select 1/(select count(*) from t where n = 9)')";
  const auto write = [&](const std::string& third) {
    files.migration("b", "a",
                    "db.execute([[insert into ran values ('one')]])\n  local n = db.value('select count(*) from t')\n" +
                        third + "\n  db.execute([[insert into ran values ($1)]], 'saw ' .. tostring(n))",
                    "", ", transaction = 'none'");
  };
  write(failing);
  const std::string state = state_of([&] { run(files, "upgrade", "head"); });
  CHECK_THAT(state, ContainsSubstring("revision b is half done: 3 statements are done and kept"));
  CHECK_THAT(state, ContainsSubstring("database is at a"));
  CHECK(ran(files) == "one*1 two*1");
  // What was read is read from the journal, not anew.
  files.value("delete from t where n = 2; insert into t values (9)");
  run(files, "upgrade", "head");
  CHECK(ran(files) == "one*1 saw 2*1 two*1");
  CHECK(files.value("select count(*) from waxwing.journal") == "0");
  CHECK(files.value("select string_agg(revision, ',' order by revision) from waxwing.revision") == "a,b");
}

TEST_CASE("an edit of what was run is refused with both texts", "[migrate][journal]") {
  TestProject files;
  prepare(files);
  const auto write = [&](const std::string& first, const std::string& last) {
    files.migration("b", "a", "db.execute([[insert into ran values ('" + first + "')]])\n" + last, "",
                    ", transaction = 'none'");
  };
  write("one", "db.execute('select 1/0')");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  write("other", "");
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(std::string(error.code().id) == "WAX-4019");
    CHECK_THAT(error.cause(), ContainsSubstring("'one'") && ContainsSubstring("'other'"));
  }
  // What comes behind may be edited: that is how the failure is corrected.
  write("one", "db.execute([[insert into ran values ('two')]])");
  run(files, "upgrade", "head");
  CHECK(ran(files) == "one*1 two*1");
}

TEST_CASE("a script that catches an error finds it again in a replay", "[migrate][journal]") {
  TestProject files;
  prepare(files);
  const std::string body =
      "local ok, err = pcall(db.execute, 'insert into nowhere values (1)')\n"
      "  db.execute([[insert into ran values ($1)]], err.sqlstate)\n"
      "  db.savepoint(function() db.execute([[insert into ran values ('undone')]]) error('no') end)\n"
      "  db.savepoint(function() db.execute([[insert into ran values ('kept')]]) end)\n";
  files.migration("b", "a", body + "db.execute('select 1/0')", "", ", transaction = 'none'");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  files.migration("b", "a", body, "", ", transaction = 'none'");
  run(files, "upgrade", "head");
  CHECK(ran(files) == "42P01*1 kept*1");
}

TEST_CASE("an operation that cannot run in a transaction leaves it", "[migrate][journal]") {
  TestProject files;
  prepare(files);
  files.migration("b", "a",
                  "db.execute([[insert into ran values ('one')]])\n"
                  "  op.create_index { table = 't', columns = { 'n' }, name = 't_n', concurrently = true }\n"
                  "  db.execute([[insert into ran values ('two')]])\n"
                  "  db.autocommit(function() db.execute('vacuum t') end)\n"
                  "  db.execute('insert into ran select 1/count(*)::int from t where n = 9')");
  const std::string state = state_of([&] { run(files, "upgrade", "head"); });
  CHECK_THAT(state, ContainsSubstring("4 statements are done and kept"));
  CHECK(ran(files) == "one*1 two*1");
  CHECK(files.value("select indisvalid from pg_index where indexrelid = 't_n'::regclass") == "t");
  files.value("insert into t values (9)");
  run(files, "upgrade", "head");
  CHECK(ran(files) == "1*1 one*1 two*1");
}

TEST_CASE("an index build that is refused leaves no invalid index", "[migrate][journal]") {
  TestProject files;
  files.write("waxwing.lua", "return { lock_wait_s = 0, auto_preflight = false }");
  prepare(files);
  files.value("select 1");
  run(files, "upgrade", "a");
  files.value("insert into t values (1)");
  files.migration(
      "b", "a", "op.create_index { table = 't', columns = { 'n' }, name = 't_n', unique = true, concurrently = true }",
      "", ", transaction = 'none'");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-5030");
  CHECK(files.value("select to_regclass('t_n') is null") == "t");
  files.value("delete from t where ctid = (select min(ctid) from t where n = 1)");
  run(files, "upgrade", "head");
  CHECK(files.value("select indisvalid from pg_index where indexrelid = 't_n'::regclass") == "t");
}

TEST_CASE("a first statement that is refused leaves nothing half done, and says so", "[migrate][journal]") {
  TestProject files;
  prepare(files);
  files.migration("b", "a", "", "op.drop_index { name = 'nowhere', concurrently = true }");
  run(files, "upgrade", "head");
  const std::string state = state_of([&] { run(files, "downgrade", "a"); });
  CHECK(state == "the undoing of revision b rolled back; database is at b");
  CHECK(files.value("select count(*) from waxwing.journal") == "0");
}

TEST_CASE("an index, a table or a schema is built anew", "[migrate][journal]") {
  TestProject files;
  prepare(files);
  files.migration("b", "a",
                  "db.execute('create index t_n on t (n)')\n"
                  "db.execute('reindex index concurrently t_n') db.execute('reindex table concurrently t')\n"
                  "db.execute('reindex schema concurrently public')",
                  "", ", transaction = 'none'");
  CHECK(run(files, "upgrade", "head").to == "b");
  CHECK(files.value("select count(*) from pg_index where indrelid = 't'::regclass and indisvalid") == "1");
}

TEST_CASE("an invalid index that is not ours is named and left alone", "[migrate][journal]") {
  TestProject files;
  prepare(files);
  run(files, "upgrade", "head");
  files.value("insert into t values (1)");
  CHECK_THROWS(files.value("create unique index concurrently t_n on t (n)"));
  files.migration("b", "a", "op.create_index { table = 't', columns = { 'n' }, name = 't_n', concurrently = true }", "",
                  ", transaction = 'none'");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  CHECK(files.value("select not indisvalid from pg_index where indexrelid = 't_n'::regclass") == "t");
}

TEST_CASE("a value added to an enum can be used in the same migration", "[migrate][journal]") {
  TestProject files;
  files.migration("a", "", "db.execute([[create type mood as enum ('low'); create table t (m mood)]])");
  files.migration(
      "b", "a", "op.add_enum_value { name = 'mood', value = 'high' }\n  db.execute([[insert into t values ('high')]])");
  run(files, "upgrade", "head");
  CHECK(files.value("select m from t") == "high");
  CHECK(files.value("select count(*) from waxwing.journal") == "0");
}

TEST_CASE("a downgrade can be half done as well, and nothing else is begun meanwhile", "[migrate][journal]") {
  TestProject files;
  prepare(files);
  files.migration(
      "b", "a", "db.execute('create index concurrently t_n on t (n)')",
      "db.execute('drop index concurrently t_n')\n  db.execute('select 1/(select count(*) from t where n = 9)')",
      ", transaction = 'none'");
  files.migration("c", "b", "");
  run(files, "upgrade", "b");
  CHECK_THAT(state_of([&] { run(files, "downgrade", "-1"); }),
             ContainsSubstring("the undoing of revision b is half done"));
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-4018");
  files.value("insert into t values (9)");
  run(files, "downgrade", "-1");
  CHECK(files.value("select string_agg(revision, ',') from waxwing.revision") == "a");
}

TEST_CASE("a lock that is held is waited for, and its holder is named", "[migrate][locks]") {
  TestProject files;
  prepare(files);
  run(files, "upgrade", "head");
  const auto blocker = files.connect();
  blocker->query("begin; lock table t in access share mode");
  files.migration("b", "a", "db.execute('alter table t add column m int')", "",
                  ", lock_timeout_ms = 20, retry_deadline_ms = 700");
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(std::string(error.code().id) == "WAX-2014");
    CHECK_THAT(error.cause(), ContainsSubstring("pid " + std::to_string(blocker->backend_pid())));
    CHECK(error.state() == "revision b rolled back; database is at a");
    CHECK(error.places().front() == "migrations/b.lua:4 in upgrade");
  }
  // Released while the step tries again, it goes through.
  files.migration("b", "a", "db.execute('alter table t add column m int')", "",
                  ", lock_timeout_ms = 20, retry_deadline_ms = 20000");
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    blocker->query("commit");
  });
  run(files, "upgrade", "head");
  later.join();
  CHECK(files.value("select count(*) from waxwing.revision") == "2");
}

TEST_CASE("rows are waited for longer than definitions", "[migrate][locks]") {
  TestProject files;
  prepare(files);
  run(files, "upgrade", "head");
  const auto blocker = files.connect();
  blocker->query("begin; update t set n = n");
  files.migration("b", "a",
                  "db.execute('update t set n = n + 1')\n  db.execute('update t set n = n + $1', 1)\n  "
                  "db.execute('alter table t add column m int')",
                  "", ", lock_timeout_ms = 20, row_lock_timeout_ms = 10000, retry_deadline_ms = 0");
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    blocker->query("commit");
  });
  run(files, "upgrade", "head");
  later.join();
  CHECK(files.value("select sum(n) from t") == "7");
}

TEST_CASE("a timeout that is no number, or none at all, is refused", "[migrate][locks]") {
  TestProject files;
  files.migration("a", "", "", "", ", lock_timeout_ms = 0");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-3004");
  files.write("migrations/a.lua", "");
  std::filesystem::remove(files.path() + "/migrations/a.lua");
  files.write("migrations/a.sql", "-- revision: a\n-- retry_deadline_ms: soon\n-- waxwing: up\nselect 1;\n");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-3004");
  files.write("migrations/a.sql",
              "-- revision: a\n-- lock_timeout_ms: 70\n-- waxwing: up\ncreate table t as select "
              "current_setting('lock_timeout') as was;\n");
  run(files, "upgrade", "head");
  CHECK(files.value("select was from t") == "70ms");
}
