// op.backfill: every row once, whatever the key is made of, and whatever comes between.
#include <fmt/format.h>

#include <atomic>
#include <functional>
#include <thread>

#include "migrate/half_done.hpp"
#include "migrate/impact.hpp"
#include "migrate/segments.hpp"
#include "revisions/checkpoint.hpp"
#include "support/catch.hpp"
#include "support/project.hpp"

using tests::code_of;
using tests::run;
using tests::TestProject;

namespace {

/// Rows whose `n` tells how often each was changed.
void prepare(TestProject& files, int rows = 1000) {
  files.migration("a", "",
                  fmt::format("db.execute([[create table t (id bigint primary key, n int not null default 0, done "
                              "boolean not null default false)]])\n"
                              "db.execute([[insert into t (id) select i * 3 from generate_series(1, {}) as i]])",
                              rows));
}

void backfill(TestProject& files, const std::string& keys, const std::string& before = "",
              const std::string& after = "") {
  files.migration("b", "a", before + "\nop.backfill { table = 't', " + keys + " }\n" + after);
}

/// "1*1000": a thousand rows that were changed once.
std::string counts(const TestProject& files, const std::string& table = "t") {
  return files.value("select string_agg(n || '*' || times, ' ' order by n) from (select n, count(*) as times from " +
                     table + " group by n) as counts");
}

base::Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error;
  }
  FAIL("no error");
  throw std::logic_error("unreachable");
}

/// Waits until the database says so, for at most ten seconds.
bool comes_true(const TestProject& files, const std::string& sql) {
  const auto connection = files.connect();
  for (int i = 0; i < 1000; ++i) {
    if (connection->query("select to_regclass('waxwing.checkpoint') is not null").boolean(0, 0) &&
        connection->query(sql).boolean(0, 0))
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("a backfill changes every row once, and leaves nothing behind", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  SECTION("without a condition") { backfill(files, "set = 'n = n + 1', batch_rows = 70, target_ms = 0"); }
  SECTION("with a condition that it makes false") {
    backfill(files, "set = 'n = n + 1, done = true', where = 'not done -- all of them', batch_rows = 70");
  }
  SECTION("with as many rows as a batch takes") {
    backfill(files, "set = 'n = n + 1', batch_rows = 1000, target_ms = 0");
  }
  run(files, "upgrade", "head");
  CHECK(counts(files) == "1*1000");
  CHECK(files.value("select count(*) from waxwing.journal") == "0");
  CHECK(files.value("select state || ' ' || rows_done || ' ' || keys_passed from waxwing.checkpoint") ==
        "done 1000 1000");
  CHECK(revisions::Checkpoints("waxwing").read(*files.connect()).empty());
}

TEST_CASE("backfills of one migration leave the session as it was", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  backfill(files, "set = 'n = n + 1', batch_rows = 70, target_ms = 0",
           "op.backfill { table = 't', set = 'done = true', where = 'not done', batch_rows = 70, target_ms = 0 }",
           "db.execute([[create table after as select count(*) as prepared, current_setting('jit') as jit\n"
           "from pg_prepared_statements where name like 'waxwing%']])");
  run(files, "upgrade", "head");
  CHECK(counts(files, "t where done") == "1*1000");
  CHECK(files.value("select prepared || ' ' || jit from after") == "0 on");
}

TEST_CASE("a backfill of an empty table is done", "[migrate][backfill]") {
  TestProject files;
  prepare(files, 0);
  backfill(files, "set = 'n = 1', where = 'n = 0'");
  run(files, "upgrade", "head");
  CHECK(files.value("select state || ' ' || rows_done from waxwing.checkpoint") == "done 0");
}

TEST_CASE("what a backfill is told of its pace is kept", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  backfill(files, "set = 'n = n + 1', batch_rows = 100, target_ms = 0");
  run(files, "upgrade", "head");
  // Ten full batches and an empty one, which is the end.
  CHECK(files.value("select batches || ' ' || batch_rows from waxwing.checkpoint") == "11 100");
}

TEST_CASE("a backfill that fails goes on behind its last batch", "[migrate][backfill][journal]") {
  TestProject files;
  prepare(files);
  backfill(files, "set = 'n = n + 1 + 0 / (id - 1500)::int', batch_rows = 100, target_ms = 0", "",
           "db.execute('create table later ()')");
  const base::Error error = error_of([&] { run(files, "upgrade", "head"); });
  CHECK(std::string(error.code().id) == "WAX-2003");
  CHECK_THAT(error.state(), ContainsSubstring("400 rows of t are done and kept") &&
                                ContainsSubstring("revision b is half done, and the same command goes on"));
  CHECK(counts(files) == "0*600 1*400");
  const std::vector<revisions::Checkpoint> stopped = revisions::Checkpoints("waxwing").read(*files.connect());
  REQUIRE(stopped.size() == 1);
  CHECK(stopped[0].revision == "b");
  CHECK_FALSE(stopped[0].is_under_way);
  CHECK(stopped[0].rows_done == 400);
  CHECK(stopped[0].keys_expected == 1000);
  // The row that cannot be divided goes.
  files.value("delete from t where id = 1500");
  SECTION("by the same command") { run(files, "upgrade", "head"); }
  SECTION("with the interrupted statement sent again") {
    migrate::Project project = files.open();
    migrate::LockedDatabase database(project, files.console);
    migrate::retry(database, *migrate::half_done(database.journal_rows()));
    migrate::run_steps(project, database, {{&project.graph().resolve("b"), revisions::Direction::up}},
                       {"resume", "b", false}, files.console);
  }
  CHECK(counts(files) == "1*999");
  CHECK(files.value("select to_regclass('later') is not null") == "t");
  CHECK(files.value("select count(*) from waxwing.journal") == "0");
}

TEST_CASE("a backfill that was changed in the middle is refused", "[migrate][backfill][journal]") {
  TestProject files;
  prepare(files);
  backfill(files, "set = 'n = n + 1 + 0 / (id - 1500)::int', batch_rows = 100, target_ms = 0");
  CHECK(code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  backfill(files, "set = 'n = n + 2', batch_rows = 100, target_ms = 0");
  CHECK(code_of([&] { run(files, "upgrade", "head"); }) == "WAX-4019");
  // Its pace may change.
  files.value("delete from t where id = 1500");
  backfill(files, "set = 'n = n + 1 + 0 / (id - 1500)::int', batch_rows = 10");
  run(files, "upgrade", "head");
  CHECK(counts(files) == "1*999");
}

TEST_CASE("a backfill that is applied anew begins anew", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  backfill(files, "set = 'n = n + 1'");
  run(files, "upgrade", "head");
  run(files, "downgrade", "a");
  run(files, "upgrade", "head");
  CHECK(counts(files) == "2*1000");
}

TEST_CASE("what cannot work is refused before anything is committed", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  files.value(
      "create table no_key (id int, n int); create table maybe (id int unique, n int); create view v as "
      "select 1 as id; create table other (id int primary key, u uuid not null unique, n int)");
  const auto refused = [&](const std::string& keys) {
    files.migration("b", "a", "db.execute('create table before ()')\nop.backfill { " + keys + " }");
    const base::Error error = error_of([&] { run(files, "upgrade", "head"); });
    CHECK(files.value("select to_regclass('before') is null") == "t");
    CHECK(files.value("select count(*) from waxwing.journal") == "0");
    return std::string(error.code().id) + " " + error.what() + "\n" + error.cause();
  };
  run(files, "upgrade", "a");
  CHECK_THAT(refused("table = 'no_key', set = 'n = 1'"),
             ContainsSubstring("WAX-6010") && ContainsSubstring("no primary key"));
  CHECK_THAT(refused("table = 'maybe', set = 'n = 1', key = 'id'"),
             ContainsSubstring("WAX-6010") && ContainsSubstring("may hold NULL"));
  CHECK_THAT(refused("table = 'other', set = 'n = 1', key = 'n'"),
             ContainsSubstring("WAX-6010") && ContainsSubstring("(id), (u)"));
  CHECK_THAT(refused("table = 'v', set = 'id = 1'"), ContainsSubstring("WAX-6016"));
  CHECK_THAT(refused("table = 'nowhere', set = 'id = 1'"), ContainsSubstring("WAX-6016"));
  CHECK_THAT(refused("table = 'other', set = 'n = 1, id = id + 1'"),
             ContainsSubstring("WAX-6016") && ContainsSubstring("\"id\""));
  CHECK_THAT(refused("table = 't', set = 'm = 1'"), ContainsSubstring("WAX-2003") && ContainsSubstring("m = 1"));
  CHECK_THAT(refused("table = 't', set = 'n = 1', where = 'm > 1'"), ContainsSubstring("WAX-2003"));
  files.migration("b", "a",
                  "db.savepoint(function() op.backfill { table = 't', set = 'n = 1' } end)\nerror('gone on')");
  CHECK_THAT(std::string(error_of([&] { run(files, "upgrade", "head"); }).what()), ContainsSubstring("gone on"));
  CHECK(counts(files) == "0*1000");
}

TEST_CASE("rows that still match are no progress", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  SECTION("they are seen at once, and the author may correct it") {
    backfill(files, "set = 'n = n + 1', where = 'not done'");
    CHECK(code_of([&] { run(files, "upgrade", "head"); }) == "WAX-6011");
    CHECK(counts(files) == "0*1000");
    backfill(files, "set = 'n = n + 1, done = true', where = 'not done'");
    run(files, "upgrade", "head");
    CHECK(counts(files) == "1*1000");
  }
  SECTION("a trigger keeps some as they are") {
    run(files, "upgrade", "a");
    files.value(
        "create function keep() returns trigger language plpgsql as 'begin return null; end';"
        "create trigger keep before update on t for each row when (old.id = 300) execute function keep()");
    backfill(files, "set = 'n = n + 1, done = true', where = 'not done'");
    CHECK(code_of([&] { run(files, "upgrade", "head"); }) == "WAX-6011");
    CHECK(counts(files) == "0*1 1*999");
  }
}

TEST_CASE("rows that a trigger keeps as they are do not count as done", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  run(files, "upgrade", "a");
  files.value(
      "create function keep() returns trigger language plpgsql as 'begin return null; end';"
      "create trigger keep before update on t for each row when (old.id % 30 = 0) execute function keep()");
  backfill(files, "set = 'n = n + 1', batch_rows = 64, target_ms = 0");
  run(files, "upgrade", "head");
  CHECK(counts(files) == "0*100 1*900");
  CHECK(files.value("select keys_passed || ' ' || rows_done from waxwing.checkpoint") == "1000 900");
}

TEST_CASE("rows that come behind the checkpoint are swept up", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  run(files, "upgrade", "a");
  const auto trigger = [&](const std::string& when) {
    files.value(
        "create function more() returns trigger language plpgsql as 'begin insert into t (id) values (old.id - "
        "1) on conflict do nothing; return null; end'; create trigger more after update on t for each row when (" +
        when + ") execute function more()");
  };
  backfill(files, "set = 'n = n + 1, done = true', where = 'not done', batch_rows = 50, target_ms = 0");
  SECTION("once") {
    trigger("old.id % 300 = 0");
    run(files, "upgrade", "head");
    CHECK(counts(files) == "1*1010");
    CHECK(files.value("select sweep || ' ' || rows_left from waxwing.checkpoint") == "2 0");
  }
  SECTION("and those that keep coming are named") {
    trigger("old.id < 0");
    files.value("insert into t (id) values (-1)");
    CHECK(code_of([&] { run(files, "upgrade", "head"); }) == "WAX-6012");
  }
}

TEST_CASE("keys of every kind are followed in the order of their index", "[migrate][backfill]") {
  struct Kind {
    const char* name;
    const char* columns;
    const char* rows;
    const char* before = "select 1";
  };
  // The extension's operators are not on the search_path.
  const char* citext = "create schema words; create extension citext schema words";
  const Kind kinds[] = {
      {"int8 beyond 2^53", "k bigint primary key",
       "select 9007199254740993 - 100 + i from generate_series(1, 300) as i"},
      {"uuid", "k uuid primary key", "select gen_random_uuid() from generate_series(1, 300)"},
      {"timestamptz", "k timestamptz primary key",
       "select '2024-01-01'::timestamptz + i * interval '1.000001 s' from generate_series(1, 299) as i union all "
       "select "
       "'infinity'"},
      {"numeric", "k numeric primary key",
       "select i::numeric / 7 from generate_series(-150, 148) as i union all select 'NaN'"},
      {"text of the server's collation", "k text primary key",
       "select chr(64 + i % 60) || E'\\\\''é' || i from generate_series(1, 300) as i"},
      {"text of collation C", "k text collate \"C\" primary key",
       "select case when i % 2 = 0 then 'a' else 'B' end || i from generate_series(1, 300) as i"},
      {"char(n)", "k char(8) primary key", "select 'x' || i from generate_series(1, 300) as i"},
      {"bytea", "k bytea primary key", "select decode(md5(i::text), 'hex') from generate_series(1, 300) as i"},
      {"float", "k double precision primary key", "select sqrt(i) from generate_series(1, 300) as i"},
      {"array", "k int[] primary key", "select array[i % 7, i] from generate_series(1, 300) as i"},
      {"mixed, quoted, composite", "\"Key One\" text, \"b\"\"q\" int, c date, primary key (\"Key One\", \"b\"\"q\", c)",
       "select 'k' || i % 3, i % 10, date '2024-01-01' + i from generate_series(1, 300) as i"},
      {"citext", "k words.citext primary key",
       "select (case when i % 2 = 0 then 'a' else 'B' end || i)::words.citext from generate_series(1, 300) as i",
       citext},
      {"citext and others", "a words.citext, b int, c text, primary key (a, b, c)",
       "select (array['a', 'B', 'c', 'D'])[1 + i % 4]::words.citext, i % 7, i::text from generate_series(1, 300) as i",
       citext},
      {"descending", "a int, b int, primary key (a, b)", "select i % 17, i from generate_series(1, 300) as i"},
  };
  for (const Kind& kind : kinds) {
    DYNAMIC_SECTION(kind.name) {
      TestProject files;
      files.migration("a", "", "");
      run(files, "upgrade", "a");
      files.value(kind.before);
      files.value(fmt::format("create table \"T t\" ({}, n int not null default 0); insert into \"T t\" {}",
                              kind.columns, kind.rows));
      files.migration("b", "a", "op.backfill { table = 'T t', set = 'n = n + 1', batch_rows = 7, target_ms = 0 }");
      run(files, "upgrade", "head");
      CHECK(counts(files, "\"T t\"") == "1*300");
    }
  }
}

TEST_CASE("partitions and tables that inherit are gone through as one", "[migrate][backfill]") {
  TestProject files;
  files.migration("a", "", "");
  run(files, "upgrade", "a");
  SECTION("partitions") {
    files.value(
        "create table t (id int, day date, n int not null default 0, primary key (id, day)) partition by range "
        "(day); create table t1 partition of t for values from ('2024-01-01') to ('2024-02-01'); create table "
        "t2 partition of t for values from ('2024-02-01') to ('2024-03-01'); insert into t select i, date "
        "'2024-01-01' + i % 60 from generate_series(1, 500) as i");
  }
  SECTION("inheritance, where a key is unique in each table only") {
    files.value(
        "create table t (id int primary key, n int not null default 0); create table child (more int) inherits "
        "(t); insert into t select i from generate_series(1, 250) as i; insert into child select i from "
        "generate_series(1, 250) as i");
  }
  backfill(files, "set = 'n = n + 1', batch_rows = 33, target_ms = 0");
  run(files, "upgrade", "head");
  CHECK(counts(files) == "1*500");
}

TEST_CASE("a batch waits for rows that somebody else has, and is tried again", "[migrate][backfill]") {
  TestProject files;
  files.write("waxwing.lua", "return { lock_wait_s = 0, row_lock_timeout_ms = 50 }");
  prepare(files);
  run(files, "upgrade", "a");
  backfill(files, "set = 'n = n + 1', batch_rows = 100, target_ms = 0");
  const auto other = files.connect();
  SECTION("until it is given") {
    other->query("begin; select from t where id = 1500 for update");
    std::thread release([&] {
      comes_true(files, "select coalesce((select batches >= 4 from waxwing.checkpoint), false)");
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      other->query("commit");
    });
    run(files, "upgrade", "head");
    release.join();
    CHECK(counts(files) == "1*1000");
  }
  SECTION("or the deadline is over") {
    files.write("waxwing.lua", "return { lock_wait_s = 0, row_lock_timeout_ms = 50, retry_deadline_ms = 200 }");
    other->query("begin; select from t where id = 1500 for update");
    const base::Error error = error_of([&] { run(files, "upgrade", "head"); });
    CHECK(std::string(error.code().id) == "WAX-2014");
    CHECK_THAT(error.state(), ContainsSubstring("done and kept"));
    other->query("rollback");
    run(files, "upgrade", "head");
    CHECK(counts(files) == "1*1000");
  }
}

TEST_CASE("another session pauses a backfill, lets it go on, and cancels it", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  backfill(files, "set = 'n = n + 1', batch_rows = 10, target_ms = 0, pause_ms = 20");
  std::string code = "not run";
  std::thread worker([&] { code = code_of([&] { run(files, "upgrade", "head"); }); });
  const revisions::Checkpoints checkpoints("waxwing");
  const auto connection = files.connect();
  CHECK(comes_true(files, "select coalesce((select batches > 1 from waxwing.checkpoint), false)"));
  const std::vector<revisions::Checkpoint> running = checkpoints.read(*connection);
  REQUIRE(running.size() == 1);
  CHECK(running[0].is_under_way);
  const std::string id = std::to_string(running[0].id);
  checkpoints.request(*connection, id, "pause");
  CHECK(comes_true(files, "select state = 'paused' from waxwing.checkpoint"));
  const std::string paused_at = files.value("select batches from waxwing.checkpoint");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(files.value("select batches from waxwing.checkpoint") == paused_at);
  // It waits outside of a transaction.
  CHECK(files.value("select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in "
                    "transaction'") == "0");
  checkpoints.request(*connection, id, "");
  CHECK(comes_true(files, "select state = 'running' and batches > " + paused_at + " from waxwing.checkpoint"));
  checkpoints.request(*connection, id, "cancel");
  worker.join();
  CHECK(code == "WAX-6013");
  CHECK(files.value("select state from waxwing.checkpoint") == "cancelled");
  CHECK(code_of([&] { checkpoints.request(*connection, id, "pause"); }) == "WAX-6015");
  CHECK(code_of([&] { checkpoints.request(*connection, "77", "pause"); }) == "WAX-6014");
  backfill(files, "set = 'n = n + 1'");
  run(files, "upgrade", "head");
  CHECK(counts(files) == "1*1000");
}

TEST_CASE("a backfill outlives lost connections", "[migrate][backfill]") {
  TestProject files;
  prepare(files, 3000);
  run(files, "upgrade", "a");
  backfill(files, "set = 'n = n + 1', batch_rows = 20, target_ms = 0, pause_ms = 2");
  std::atomic<bool> is_over = false;
  int ended = 0;
  std::thread killer([&] {
    comes_true(files, "select coalesce((select batches > 0 from waxwing.checkpoint), false)");
    const auto connection = files.connect();
    // More often than a step may lose its connection without getting on.
    while (!is_over && ended < 8) {
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
      ended += static_cast<int>(
          connection
              ->query(
                  "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() "
                  "and pid = (select pid from waxwing.checkpoint where batches > 0)")
              .integer(0, 0));
    }
  });
  run(files, "upgrade", "head");
  is_over = true;
  killer.join();
  CHECK(ended > 0);
  CHECK(counts(files) == "1*3000");
}

TEST_CASE("plan, impact and --sql know a backfill", "[migrate][backfill]") {
  TestProject files;
  prepare(files);
  run(files, "upgrade", "a");
  backfill(files, "set = 'n = n + 1', key = 'id'");
  migrate::Project project = files.open();
  const revisions::Revision& revision = project.graph().resolve("b");
  const std::vector<std::string> outside = migrate::statements_outside(project, {&revision, revisions::Direction::up});
  REQUIRE(outside.size() == 1);
  CHECK_THAT(outside[0], ContainsSubstring("UPDATE \"t\" SET n = n + 1") && ContainsSubstring("in batches by (id)"));
  const migrate::Impact impact = migrate::find_impact(project, revision, *files.connect());
  REQUIRE(impact.tables.size() == 1);
  CHECK(impact.tables[0].name == "t");
  CHECK(impact.tables[0].is_written);
  CHECK(impact.stopped.empty());
  CHECK(counts(files) == "0*1000");
}
