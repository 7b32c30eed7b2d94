// What is asked on a terminal only.
#include "support/terminal.hpp"

#include "base/files.hpp"
#include "support/catch.hpp"
#include "support/program_project.hpp"

using tests::ProgramProject;
using tests::Terminal;

namespace {

void write_steps(const ProgramProject& project, const std::string& settings = "") {
  project.write("migrations/a.sql", "-- revision: a\n-- waxwing: up\ncreate table t (n int);\n");
  project.write("waxwing.lua", "return { " + settings +
                                   " run_book = {\n"
                                   "  { name = 'one', command = 'echo one >> log.txt' },\n"
                                   "  { name = 'two', command = 'echo two >> log.txt' },\n"
                                   "  { name = 'three', command = 'echo three >> log.txt; echo said so' },\n"
                                   "} }");
}

std::vector<std::string> words(const ProgramProject& project, std::vector<std::string> command) {
  command.insert(command.end(), {"-C", project.path(), "--url", project.url().conninfo()});
  return command;
}

std::string log_of(const ProgramProject& project) {
  const std::string path = project.path() + "/log.txt";
  return base::file_exists(path) ? base::read_file(path) : "";
}

}  // namespace

TEST_CASE("a run-book asks before each step on a terminal", "[cli][run-book][terminal]") {
  const ProgramProject project;
  write_steps(project);
  {
    Terminal first(words(project, {"run-book", "a", "--execute"}));
    REQUIRE(first.shows("[1/3] one"));
    REQUIRE(first.shows("Run it? [y]es, [s]kip, [q]uit: "));
    CHECK(log_of(project).empty());
    first.type("maybe\n");
    REQUIRE(first.shows("Run it?"));
    first.type("y\n");
    REQUIRE(first.shows("[2/3] two"));
    REQUIRE(first.shows("Run it?"));
    CHECK(log_of(project) == "one\n");
    first.type("q\n");
    CHECK(first.wait() == 9);
    CHECK_THAT(first.screen(), ContainsSubstring("stopped before step 2, \"two\"") &&
                                   ContainsSubstring("done are one; the database is at base"));
  }
  Terminal second(words(project, {"run-book", "a", "--execute"}));
  REQUIRE(second.shows("[2/3] two"));
  REQUIRE(second.shows("Run it?"));
  second.type("skip\n");
  REQUIRE(second.shows("[3/3] three"));
  REQUIRE(second.shows("Run it?"));
  second.type("YES\n");
  CHECK(second.wait() == 0);
  CHECK_THAT(second.screen(), ContainsSubstring("    said so\r\n"));
  CHECK(log_of(project) == "one\nthree\n");
}

TEST_CASE("the end of the input and Ctrl+C at the question stop a run-book", "[cli][run-book][terminal]") {
  const ProgramProject project;
  write_steps(project);
  Terminal ended(words(project, {"run-book", "a", "--execute"}));
  REQUIRE(ended.shows("Run it?"));
  ended.type("\x04");
  CHECK(ended.wait() == 9);
  Terminal interrupted(words(project, {"run-book", "a", "--execute"}));
  REQUIRE(interrupted.shows("Run it?"));
  interrupted.type("\x03");
  CHECK(interrupted.wait() == 130);
  CHECK(log_of(project).empty());
}

TEST_CASE("the database's name is typed on a terminal", "[cli][run-book][terminal]") {
  const ProgramProject project;
  write_steps(project, "confirm = 'typed',");
  const std::string name = project.url().database();
  Terminal wrong(words(project, {"run-book", "a", "--execute"}));
  REQUIRE(wrong.shows("Type the name of the database (" + name + ") to go on: "));
  wrong.type("other\n");
  CHECK(wrong.wait() == 9);
  CHECK(log_of(project).empty());
  Terminal right(words(project, {"run-book", "a", "--execute"}));
  REQUIRE(right.shows("to go on: "));
  right.type(name + "\n");
  REQUIRE(right.shows("Run it?"));
  right.type("y\n");
  REQUIRE(right.shows("[2/3] two"));
  right.type("q\n");
  CHECK(right.wait() == 9);
  CHECK(log_of(project) == "one\n");
}

TEST_CASE("a backfill shows how far it is, in one line that goes when it is done", "[cli][backfill][terminal]") {
  const ProgramProject project(
      "create table t (id int primary key, n int not null default 0); insert into t select generate_series(1, 400); "
      "analyze t");
  project.write(
      "migrations/a.lua",
      "local m = migration { revision = 'a' }\nfunction m.upgrade() op.backfill { table = 't', set = 'n = n + "
      "1', where = 'n = 0', batch_rows = 20, target_ms = 0, pause_ms = 150 } end\nreturn m\n");
  Terminal terminal(words(project, {"upgrade", "head"}), {{"TERM", "xterm"}});
  const std::string line = terminal.wait_for("keys/s");
  CHECK_THAT(line, ContainsSubstring("t  ") && ContainsSubstring(" %  about ") && ContainsSubstring(" left  "));
  // In its place, not below.
  CHECK_THAT(terminal.wait_for("keys/s"), !ContainsSubstring("\n"));
  SECTION("to the end") {
    REQUIRE(terminal.shows("400 rows done in"));
    CHECK(terminal.wait() == 0);
  }
  SECTION("on a terminal that is too narrow for it") {
    terminal.resize(20);
    terminal.wait_for("\r");
    terminal.wait_for("\r");
    CHECK(terminal.wait_for("\r").size() <= 20);
    terminal.type("\x03");
    CHECK(terminal.wait() == 130);
  }
}
