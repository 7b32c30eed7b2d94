// Where a half-done migration goes on, found without sending anything.
#include "migrate/next_statement.hpp"

#include "support/catch.hpp"
#include "support/project.hpp"

using migrate::NextStatement;
using tests::run;
using tests::TestProject;

namespace {

/// Of revision a, which is half done.
NextStatement next_of(TestProject& files) {
  migrate::Project project = files.open();
  const auto connection = files.connect();
  const auto migration = migrate::half_done(revisions::Journal("waxwing").read(*connection));
  REQUIRE(migration);
  return migrate::next_statement(project, *project.graph().find("a"), *migration);
}

void write(const TestProject& files, const std::string& body) {
  files.migration("a", "", "db.execute('create table t (n int)')\n  " + body, "", ", transaction = 'none'");
}

/// Stops behind its first statement.
void stop_behind_first(TestProject& files, const std::string& body) {
  write(files, "db.execute('select 1/0')");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  files.value("delete from waxwing.journal where ordinal > 1");
  write(files, body);
}

}  // namespace

TEST_CASE("the next statement is the first that the journal does not have", "[migrate][journal]") {
  TestProject files;
  stop_behind_first(files, "db.execute('insert into t values (1)')\n  db.execute('insert into t values (2)')");
  const NextStatement next = next_of(files);
  CHECK(next.sql == "insert into t values (1)");
  CHECK(next.place == "migrations/a.lua:5 in upgrade");
  CHECK(next.remark.empty());
  CHECK(files.value("select count(*) from t") == "0");
}

TEST_CASE("what the journal answered leads to the next statement", "[migrate][journal]") {
  TestProject files;
  files.migration("a", "",
                  "local n = db.value('select 41')\n  db.execute('create table t (n int)')\n"
                  "  db.savepoint(function() db.execute('select 1/0') end)\n"
                  "  db.execute('insert into t values (1/(select count(*) from t where n = ' .. n + 1 .. '))')",
                  "", ", transaction = 'none'");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  const NextStatement next = next_of(files);
  CHECK(next.sql == "insert into t values (1/(select count(*) from t where n = 42))");
}

TEST_CASE("a script that cannot be followed to its next statement says why", "[migrate][journal]") {
  TestProject files;
  stop_behind_first(files, "error('not today')");
  CHECK(next_of(files).remark == "before it the script fails: not today");
  write(files, "");
  CHECK_THAT(next_of(files).remark, ContainsSubstring("at its end"));
  files.migration("a", "", "db.execute('create table t (m int)')", "", ", transaction = 'none'");
  const NextStatement next = next_of(files);
  CHECK(next.sql.empty());
  CHECK_THAT(next.remark, ContainsSubstring("statement 1 is not the one that was run"));
}

TEST_CASE("a script that catches every error is not led astray", "[migrate][journal]") {
  TestProject files;
  stop_behind_first(files, "for i = 1, 3 do pcall(db.execute, 'insert into t values (' .. i .. ')') end error('late')");
  CHECK(next_of(files).sql == "insert into t values (1)");
}
