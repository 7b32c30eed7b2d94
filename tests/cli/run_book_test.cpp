// `waxwing run-book`: the guide of a migration, and its steps one after the other.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "support/catch.hpp"
#include "support/client_programs.hpp"
#include "support/program_project.hpp"

using nlohmann::json;
using tests::ProgramProject;

namespace {

void copy_sample(const ProgramProject& project) {
  std::filesystem::copy(WAXWING_SOURCE_DIR "/migrations", project.path() + "/migrations",
                        std::filesystem::copy_options::recursive);
}

/// A migration, and steps that write their names into log.txt; `fails_on` fails as long as there is no file "repaired".
void write_steps(const ProgramProject& project) {
  project.write("migrations/a.sql",
                "-- revision: a\n-- waxwing: up\ncreate table t (n int);\n-- waxwing: down\ndrop table t;\n");
  project.write(
      "waxwing.lua",
      "return { run_book = {\n"
      "  { name = 'maintenance on', command = 'echo on >> log.txt' },\n"
      "  { name = 'migrate', command = 'waxwing upgrade {revision}' },\n"
      "  { name = 'start', command = 'echo start >> log.txt; echo not today >&2; test -e repaired || exit 7' },\n"
      "  { name = 'maintenance off', command = 'echo off >> log.txt' },\n"
      "} }");
}

std::string log_of(const ProgramProject& project) {
  const std::string path = project.path() + "/log.txt";
  return base::file_exists(path) ? base::read_file(path) : "";
}

}  // namespace

TEST_CASE("the run-book of the sample's irreversible revision", "[cli][run-book]") {
  const ProgramProject project;
  copy_sample(project);
  REQUIRE(project.waxwing({"upgrade", "1294713df196"}).status == 0);
  const auto found = project.waxwing({"run-book", "72e10c4c221a", "--md"});
  INFO(found.err);
  REQUIRE(found.status == 0);
  CHECK_THAT(found.out, StartsWith("# Run-book: Books are read from DCS by its integer id\n"));
  CHECK_THAT(found.out, ContainsSubstring("- IRREVERSIBLE: Downgrade not supported."));
  CHECK_THAT(found.out, ContainsSubstring("- DROPPED: table books (15 rows)\n"));
  CHECK_THAT(found.out, ContainsSubstring("upgrade refuses without: 72e10c4c221a says backup_required"));
  CHECK_THAT(found.out,
             ContainsSubstring("- [ ] All books") || ContainsSubstring("- [ ] Checking for books with NULL"));
  CHECK_THAT(found.out, ContainsSubstring("```\nwaxwing backup --label 72e10c4c221a\n```\n"));
  CHECK_THAT(found.out, ContainsSubstring("there is no backup in backups yet"));
  CHECK_THAT(found.out, ContainsSubstring("### dependent objects still exist (2BP01)\n"));
  CHECK_THAT(found.out, ContainsSubstring("```\nselect to_regclass('books') is null\n```"));
  CHECK_THAT(found.out, ContainsSubstring("Nobody is named: contacts = { ... }"));
  CHECK(project.waxwing({"current"}).out == "1294713df196\n");

  if (tests::skips_for_pg_dump()) return;
  REQUIRE(project.waxwing({"backup", "--no-proof"}).status == 0);
  const std::string file = project.path() + "/book.txt";
  REQUIRE(project.waxwing({"run-book", "head", "-o", file}).status == 0);
  CHECK_THAT(base::read_file(file), ContainsSubstring("waxwing restore backups/"));
  const json book = json::parse(project.waxwing({"run-book", "head", "--json"}).out);
  CHECK(book["revision"] == "72e10c4c221a");
  CHECK(book["steps"][0]["name"] == "backup");
}

TEST_CASE("the run-book of a small migration names its contacts and its automatic checks", "[cli][run-book]") {
  const ProgramProject project("create table users (id int, email text)");
  project.write("migrations/a.sql",
                "-- revision: a\n-- title: One address each\n-- author: Ada\n-- contacts: dba@example.org\n"
                "-- waxwing: up\nalter table users add constraint u unique (email);\n-- waxwing: down\n"
                "alter table users drop constraint u;\n");
  project.write("waxwing.lua", "return { contacts = { 'operations: 555 0100' } }");
  const auto found = project.waxwing({"run-book", "a"});
  INFO(found.err);
  REQUIRE(found.status == 0);
  CHECK_THAT(found.out, ContainsSubstring("[ ] no two rows of users (email) are alike\n"));
  CHECK_THAT(found.out, ContainsSubstring("unique violation (23505)\n"));
  CHECK_THAT(found.out, ContainsSubstring("- dba@example.org\n  - operations: 555 0100\n  - Ada (author)\n"));
  CHECK_THAT(found.out, ContainsSubstring("waxwing downgrade base\n"));
}

TEST_CASE("a run-book is carried out with the usual steps", "[cli][run-book]") {
  if (tests::skips_for_pg_dump()) return;
  const ProgramProject project;
  project.write("migrations/a.sql",
                "-- revision: a\n-- waxwing: up\ncreate table t (n int);\n-- waxwing: down\ndrop table t;\n");
  project.write("waxwing.lua", "return { application = { stop = 'echo stopping', start = 'echo starting' } }");
  const auto done = project.waxwing({"run-book", "a", "--execute", "--yes", "--json"});
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
  const json document = json::parse(done.out);
  CHECK(document["done"] == true);
  json names = json::array();
  for (const json& step : document["steps"]) {
    names.push_back(step["name"]);
    CHECK(step["state"] == "done");
  }
  CHECK(names == json{"stop", "backup", "preflight", "upgrade", "start", "verify", "report"});
  CHECK(document["steps"][0]["output"] == json{"stopping"});
  CHECK(project.waxwing({"current"}).out == "a (head)\n");
  const auto again = project.waxwing({"run-book", "a", "--execute", "--yes"});
  CHECK(again.status == 0);
  CHECK(again.out == "the run-book of a is carried out; --restart begins again\n");
}

TEST_CASE("a step that fails ends the run-book with its status, and the next run goes on there", "[cli][run-book]") {
  const ProgramProject project;
  write_steps(project);
  const auto failed = project.waxwing({"run-book", "a", "--execute", "--yes"});
  INFO(failed.out << failed.err);
  CHECK(failed.status == 7);
  CHECK_THAT(failed.out, ContainsSubstring("[3/4] start\n") && ContainsSubstring("    not today\n"));
  CHECK_THAT(failed.err, ContainsSubstring("WAX-5051") &&
                             ContainsSubstring("step 3 of 4, \"start\", ended with status 7") &&
                             ContainsSubstring("waxwing run-book a --execute    goes on with this step") &&
                             ContainsSubstring("done are maintenance on, migrate; the database is at a\n"));
  CHECK(log_of(project) == "on\nstart\n");
  project.write("repaired", "");
  const auto resumed = project.waxwing({"run-book", "a", "--execute", "--yes"});
  CHECK(resumed.status == 0);
  CHECK_THAT(resumed.err, ContainsSubstring("going on with step 3 of 4, \"start\", which failed "));
  CHECK(log_of(project) == "on\nstart\nstart\noff\n");
}

TEST_CASE("a run-book that was interrupted goes on with the step it was in", "[cli][run-book]") {
  const ProgramProject project;
  write_steps(project);
  project.write("waxwing.lua",
                "return { run_book = { { name = 'one', command = 'echo one >> log.txt' },\n"
                "{ name = 'two', command = 'echo two >> log.txt; test -e repaired || kill -9 $PPID; sleep 1' } } }");
  const auto killed = project.waxwing({"run-book", "a", "--execute", "--yes"});
  CHECK(killed.status == 128 + 9);
  project.write("repaired", "");
  const auto resumed = project.waxwing({"run-book", "a", "--execute", "--yes"});
  INFO(resumed.out << resumed.err);
  CHECK(resumed.status == 0);
  CHECK_THAT(resumed.err, ContainsSubstring("going on with step 2 of 2, \"two\", which was interrupted "));
  CHECK(log_of(project) == "one\ntwo\ntwo\n");
}

TEST_CASE("a run-book refuses what cannot work", "[cli][run-book]") {
  const ProgramProject project;
  write_steps(project);
  const auto unasked = project.waxwing({"run-book", "a", "--execute"});
  CHECK(unasked.status == 9);
  CHECK_THAT(unasked.err, ContainsSubstring("waxwing run-book a --execute --yes    runs them all"));
  const auto unknown = project.waxwing({"run-book", "a", "--execute", "--yes", "--from", "migrat"});
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.err, ContainsSubstring("did you mean \"migrate\"?"));
  CHECK(project.waxwing({"run-book", "a", "--yes"}).status == 2);
  CHECK(project.waxwing({"run-book"}).status == 2);
  CHECK(project.waxwing({"run-book", "nothing"}).status != 0);
  CHECK(log_of(project).empty());

  REQUIRE(project.waxwing({"upgrade", "a"}).status == 0);
  const auto applied = project.waxwing({"run-book", "a", "--execute", "--yes"});
  CHECK(applied.status == 9);
  CHECK_THAT(applied.err, ContainsSubstring("a is applied already") && ContainsSubstring("WAX-5052"));
  CHECK(project.waxwing({"run-book", "a", "--execute", "--yes", "--from", "start"}).status == 7);
  project.write("waxwing.lua", "return { run_book = { { name = 'other', command = 'true' } } }");
  const auto changed = project.waxwing({"run-book", "a", "--execute", "--yes"});
  CHECK(changed.status == 9);
  CHECK_THAT(changed.err, ContainsSubstring("its steps were changed since it was begun"));

  for (const char* bad : {"'backup'", "{ name = 'x' }", "{ name = 'x', comand = 'y' }", "{ name = 'x', command = ' ' }",
                          "{ name = 'x', command = 'y' }, { name = 'x', command = 'z' }"}) {
    project.write("waxwing.lua", std::string("return { run_book = { ") + bad + " } }");
    const auto refused = project.waxwing({"run-book", "a"});
    INFO(bad << refused.err);
    CHECK(refused.status == 2);
    CHECK_THAT(refused.err, ContainsSubstring("WAX-5050"));
  }
}

TEST_CASE("a step of the run-book gets no password that it does not need", "[cli][run-book]") {
  const ProgramProject project;
  project.write("migrations/a.sql", "-- revision: a\n-- waxwing: up\ncreate table t (n int);\n");
  project.write(
      "waxwing.lua",
      "return { run_book = { { name = 'other', command = 'echo url=$WAXWING_URL rev=$WAXWING_RUN_BOOK' } } }");
  const auto done = project.waxwing({"run-book", "a", "--execute", "--yes"});
  INFO(done.err);
  CHECK(done.status == 0);
  CHECK_THAT(done.out, ContainsSubstring("    url= rev=a\n"));
}

TEST_CASE("a run-book wants the database's name where the environment does", "[cli][run-book]") {
  const ProgramProject project;
  project.write("migrations/a.sql", "-- revision: a\n-- waxwing: up\ncreate table t (n int);\n");
  project.write("waxwing.lua",
                "return { confirm = 'typed', run_book = { { name = 'one', command = 'echo one >> log.txt' } } }");
  const auto refused = project.waxwing({"run-book", "a", "--execute", "--yes", "--confirm", "other"});
  CHECK(refused.status == 9);
  CHECK_THAT(refused.err, ContainsSubstring("--execute --yes --confirm " + project.url().database()));
  CHECK(project.waxwing({"run-book", "a", "--execute", "--yes"}).status == 9);
  CHECK(log_of(project).empty());
  CHECK(project.waxwing({"run-book", "a", "--execute", "--yes", "--confirm", project.url().database()}).status == 0);
  CHECK(log_of(project) == "one\n");
}
