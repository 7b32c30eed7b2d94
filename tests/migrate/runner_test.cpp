// The runner on a real PostgreSQL: what a step leaves behind when it works and when it does not.
#include "postgres/sql_grammar.hpp"
#include "support/catch.hpp"
#include "support/project.hpp"

using tests::run;
using tests::TestProject;

TEST_CASE("an upgrade applies revisions in order and records each in the ledger", "[migrate]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)')");
  files.migration("b", "a", "db.execute('insert into t values (1)')");
  const migrate::RunSummary summary = run(files, "upgrade", "head");
  CHECK(summary.from == "base");
  CHECK(summary.to == "b");
  CHECK(summary.steps == 2);
  CHECK(files.value("select count(*) from t") == "1");
  CHECK(files.value("select string_agg(revision, ',' order by applied_at) from waxwing.revision") == "a,b");
  CHECK(files.value("select count(*) from waxwing.revision where checksum ~ '^[0-9a-f]{64}$' and source like "
                    "'%function m.upgrade%' and duration_ms > 0") == "2");
  CHECK(files.value("select outcome from waxwing.run") == "done");
  CHECK(run(files, "upgrade", "head").steps == 0);
}

TEST_CASE("a failing step rolls back and says where the database is", "[migrate]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)')");
  files.migration("b", "a", "db.execute('insert into t values (1)')\n  db.execute('select no_such_column from t')");
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(std::string(error.code().id) == "WAX-2003");
    CHECK(error.places().front() == "migrations/b.lua:5 in upgrade");
    CHECK(error.state() == "revision b rolled back; database is at a");
  }
  CHECK(files.value("select count(*) from t") == "0");
  CHECK(files.value("select string_agg(revision, ',') from waxwing.revision") == "a");
  CHECK(files.value("select outcome from waxwing.run") == "failed");
}

TEST_CASE("a failing verification rolls back", "[migrate]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)')", "", "",
                  "m.verify = { check.table { name = 'elsewhere' } }\n");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-5002");
  CHECK(files.value("select to_regclass('t') is null") == "t");
}

TEST_CASE("a failing pre-flight check changes nothing", "[migrate]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)')", "", "",
                  "m.preflight = { check.no_rows { sql = 'select 1', failed = 'Found {count} rows.' } }\n");
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()) == "MIGRATION ABORTED: Found 1 row.");
    CHECK(error.code().exit == base::Exit::validation_failed);
  }
  CHECK(files.value("select to_regclass('t') is null") == "t");
  CHECK(files.value("select count(*) from waxwing.revision") == "0");
}

TEST_CASE("a check cannot write", "[migrate]") {
  TestProject files;
  files.migration(
      "a", "", "", "", "",
      "m.preflight = { check.that { test = function() db.execute('create table sneaky (n int)') return true end } }\n");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  CHECK(files.value("select to_regclass('sneaky') is null") == "t");
}

TEST_CASE("a downgrade undoes the change and its ledger row", "[migrate]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)')", "db.execute('drop table t')");
  run(files, "upgrade", "head");
  CHECK(run(files, "downgrade", "base").to == "base");
  CHECK(files.value("select to_regclass('t') is null") == "t");
  CHECK(files.value("select count(*) from waxwing.revision") == "0");
}

TEST_CASE("an irreversible revision is refused before the database is touched", "[migrate]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)')", "db.execute('drop table t')");
  files.write("migrations/b.lua",
              "local m = migration { revision = 'b', revises = 'a' }\nfunction m.upgrade() end\nm.downgrade = "
              "irreversible('the rows are gone')\nreturn m\n");
  run(files, "upgrade", "head");
  try {
    run(files, "downgrade", "base");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(error.code().exit == base::Exit::refused);
    CHECK_THAT(error.what(), ContainsSubstring("the rows are gone"));
  }
  CHECK(files.value("select count(*) from waxwing.revision") == "2");
}

TEST_CASE("a revision without a transaction can do what a transaction cannot", "[migrate]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)')");
  files.migration("b", "a", "db.execute('create index concurrently t_n on t (n)')", "", ", transaction = 'none'");
  run(files, "upgrade", "head");
  CHECK(files.value("select indisvalid from pg_index where indexrelid = 't_n'::regclass") == "t");
  CHECK(files.value("select count(*) from waxwing.revision") == "2");
}

TEST_CASE("an edited file is named, and a CRLF checkout is not an edit", "[migrate]") {
  TestProject files;
  const std::string text = "local m = migration { revision = 'a' }\nfunction m.upgrade() end\nreturn m\n";
  files.write("migrations/a.lua", text);
  run(files, "upgrade", "head");
  files.write("migrations/a.lua",
              "\xEF\xBB\xBFlocal m = migration { revision = 'a' }\r\nfunction m.upgrade() end\r\nreturn m\r\n");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }).empty());
  files.write("migrations/a.lua", text + "-- changed\n");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-4010");
}

TEST_CASE("a second migrator is told who holds the lock", "[migrate]") {
  TestProject files;
  files.migration("a", "", "");
  migrate::Project project = files.open();
  const migrate::LockedDatabase first(project, files.console);
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(error.code().exit == base::Exit::lock_busy);
    CHECK_THAT(error.cause(), ContainsSubstring("application \"waxwing\""));
  }
}

/// Those of a run of so many revisions with one statement each.
static std::size_t round_trips_of(int revisions) {
  TestProject files;
  for (int i = 1; i <= revisions; ++i)
    files.migration("r" + std::to_string(i), i == 1 ? "" : "r" + std::to_string(i - 1),
                    "db.execute('create table t" + std::to_string(i) + " (n int)')");
  migrate::Project project = files.open();
  migrate::LockedDatabase database(project, files.console);
  const auto steps = revisions::plan_upgrade(project.graph(), {}, "heads");
  REQUIRE(steps.size() == static_cast<std::size_t>(revisions));
  const std::size_t before = database.connection().round_trips();
  migrate::run_steps(project, database, steps, {"upgrade", "heads", false}, files.console);
  return database.connection().round_trips() - before;
}

TEST_CASE("a transactional revision costs two round trips beside its own statements", "[migrate]") {
  // The run itself has a few for its record, however many revisions there are.
  CHECK(round_trips_of(10) - round_trips_of(5) == 5 * 3);
  CHECK(round_trips_of(5) <= 5 * 3 + 8);
}

TEST_CASE("a script's settings end with its step, and its role does not write the ledger", "[migrate]") {
  if (tests::lacks_superuser()) return;
  TestProject files;
  files.migration("a", "",
                  "db.execute('create role waxwing_app; create schema app; grant all on schema app to waxwing_app')");
  files.migration("b", "a",
                  "db.execute('set role waxwing_app; create table app.t (n int); reset lock_timeout')\n"
                  "db.value(\"select set_config('search_path', '', false)\")");
  files.migration("c", "b", "db.execute('create table u (n int)')");
  files.migration("d", "c", "db.execute('set local search_path = app; create table v (n int)')");
  run(files, "upgrade", "head");
  CHECK(files.value("select relowner::regrole from pg_class where oid = 'app.t'::regclass") == "waxwing_app");
  CHECK(files.value("select to_regclass('public.u') is not null and to_regclass('app.v') is not null") == "t");
  CHECK(files.value("select relowner::regrole from pg_class where oid = 'u'::regclass") == "postgres");
  CHECK(files.value("select string_agg(distinct applied_by, ',') from waxwing.revision") == "postgres");
  files.value("drop owned by waxwing_app; drop role waxwing_app");
}

TEST_CASE("a file that cannot be read stops the run before its first step", "[migrate]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)')");
  SECTION("lua") { files.migration("b", "a", "if then"); }
  SECTION("an open quote") {
    files.write("migrations/b.sql", "-- revision: b\n-- revises: a\n-- waxwing: up\nselect 'x;\n");
  }
  SECTION("a commit") {
    files.write("migrations/b.sql", "-- revision: b\n-- revises: a\n-- waxwing: up\nselect 1; commit;\n");
  }
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK_THAT(error.places().front(), ContainsSubstring("migrations/b."));
    CHECK_THAT(error.state(), ContainsSubstring("database is at base"));
  }
  CHECK(files.value("select to_regclass('t') is null") == "t");
}

TEST_CASE("a migration that gives the migrator lock back is rolled back", "[migrate][lock]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)') db.execute('select pg_advisory_unlock_all()')");
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(std::string(error.code().id) == "WAX-4020");
    CHECK(error.places().front() == "migrations/a.lua");
    CHECK_THAT(error.cause(), ContainsSubstring("pg_advisory_unlock_all"));
    CHECK(error.state() == "revision a rolled back; database is at base");
  }
  CHECK(files.value("select to_regclass('t') is null") == "t");
  CHECK(files.value("select count(*) from waxwing.revision") == "0");
  CHECK(files.value("select outcome from waxwing.run") == "failed");
  // Locks of its own are the migration's affair.
  files.migration("a", "", "db.execute('select pg_advisory_lock(7)') db.execute('select pg_advisory_unlock(7)')");
  CHECK(run(files, "upgrade", "head").steps == 1);
}

TEST_CASE("a migration without a transaction stops where it gives the migrator lock back", "[migrate][lock]") {
  TestProject files;
  files.migration("a", "",
                  "db.execute('create table t (n int)') pcall(db.execute, 'select pg_advisory_unlock_all()')\n"
                  "db.execute('insert into t values (1)')",
                  "", ", transaction = 'none'");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-4020");
  CHECK(files.value("select count(*) from t") == "0");
  CHECK(files.value("select count(*) from waxwing.revision") == "0");
  CHECK(files.value("select string_agg(statement || ' ' || state, ',') from waxwing.journal") ==
        "create table t (n int) done");
}

TEST_CASE("SQL that cannot be parsed stops the run before its first step where the grammar is the server's",
          "[migrate]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t (n int)')");
  files.write("migrations/b.sql", "-- revision: b\n-- revises: a\n-- waxwing: up\nselect 1;\ncreate\n  tabel x ();\n");
  const bool is_newer = files.connect()->server_version() >= postgres::grammar_version() + 10000;
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK_THAT(error.places().front(), ContainsSubstring("migrations/b.sql:"));
    CHECK_THAT(error.state(), ContainsSubstring(is_newer ? "database is at a" : "database is at base"));
  }
  CHECK(files.value("select to_regclass('t') is null") == (is_newer ? "f" : "t"));
}

TEST_CASE("SQL that only newer servers can parse is left to them", "[migrate]") {
  TestProject files;
  files.write("migrations/a.sql",
              "-- revision: a\n-- waxwing: up\ncreate table t as select json_object('one': 1) as j;\n");
  if (files.connect()->server_version() >= 160000) {
    run(files, "upgrade", "head");
    CHECK(files.value("select j->>'one' from t") == "1");
  } else {
    CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == base::code::script_syntax.id);
  }
}
