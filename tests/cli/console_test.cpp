// waxwing console: through a pipe, and at a real terminal.
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "cli/prompt/completion.hpp"
#include "cli/prompt/history.hpp"
#include "cli/prompt/sql_line.hpp"
#include "support/catch.hpp"
#include "support/program_project.hpp"
#include "support/terminal.hpp"

using tests::ProgramProject;
using tests::Terminal;

namespace {

constexpr const char* seed =
    "CREATE TABLE books (id int PRIMARY KEY, title text, price numeric(6,2)); "
    "INSERT INTO books VALUES (1, 'Emma', 9.50), (2, NULL, 12)";

base::ProcessResult piped(const ProgramProject& project, const std::string& lines,
                          std::vector<std::string> words = {}) {
  words.insert(words.begin(), "console");
  base::ProcessOptions options;
  options.input = lines;
  return project.waxwing(words, options);
}

std::string value(const ProgramProject& project, const std::string& sql) {
  const postgres::Result found = tests::connect(project.url())->query(sql);
  return found.empty() ? "" : found.text(0, 0);
}

struct Person {
  explicit Person(const ProgramProject& project, std::vector<std::string> more = {}) : home(project.path()) {
    std::vector<std::string> words = {"console", "-C", project.path(), "--url", project.url().conninfo()};
    words.insert(words.end(), more.begin(), more.end());
    terminal = std::make_unique<Terminal>(
        words, std::map<std::string, std::string>{
                   {"TERM", "xterm"}, {"HOME", home}, {"XDG_STATE_HOME", home + "/state"}, {"LC_ALL", "C.UTF-8"}});
    name = project.url().setting("dbname");
    terminal->wait_for(name + (more.empty() ? "> " : " write> "));
  }
  /// Types a line and reads up to what must come.
  std::string say(const std::string& line, const std::string& until) const {
    terminal->type(line + "\r");
    return terminal->wait_for(until);
  }
  std::string home, name;
  std::unique_ptr<Terminal> terminal;
};

}  // namespace

TEST_CASE("lines of Lua and SQL from a pipe", "[console]") {
  const ProgramProject project(seed);
  const auto result = piped(project,
                            "1 + 1\n"
                            "db.rows('select title, id from books order by id')\n"
                            "for row in db.query('select 1') do\n"
                            "  print('one row')\n"
                            "end\n"
                            "local n = db.value('select count(*) from books')\n"
                            "n * 10\n"
                            "select id, price\n"
                            "  from books where title = 'Emma';\n"
                            "\\sql select ';' as x\n"
                            "{ a = 1, b = { 'x' } }\n"
                            "db.query('select title from books where id = 2')\n"
                            "\\dt\n");
  INFO(result.err);
  CHECK(result.status == 0);
  CHECK_THAT(result.out, StartsWith("2\n title | id\n-------+----\n Emma  |  1\n NULL  |  2\n(2 rows)\none row\n20\n"
                                    " id | price\n----+-------\n  1 |  9.50\n(1 row)\n"
                                    " x\n---\n ;\n(1 row)\n"
                                    "{ a = 1, b = { \"x\" } }\n"
                                    " title\n-------\n NULL\n(1 row)\n"));
  CHECK_THAT(result.out, ContainsSubstring("books | table"));
}

TEST_CASE("an error is shown and the session goes on", "[console]") {
  const ProgramProject project(seed);
  const auto result = piped(project,
                            "db.execute('delete from books')\n"
                            "select no_such;\n"
                            "error('own')\n"
                            "x ==\n1 1\n"
                            "\\nothing\n"
                            "db.value('select count(*) from books')\n");
  CHECK(result.status == 2);
  CHECK(result.out == "2\n");
  CHECK_THAT(result.err, ContainsSubstring("waxwing console --write") && ContainsSubstring("nothing was changed") &&
                             ContainsSubstring("no_such") && ContainsSubstring("own") &&
                             ContainsSubstring("WAX-3003") && ContainsSubstring("WAX-1010"));
}

TEST_CASE("lines commit by themselves, and begin() holds them together", "[console]") {
  const ProgramProject project(seed);
  const auto result = piped(project,
                            "insert into books values (3);\n"
                            "begin()\n"
                            "insert into books values (4);\n"
                            "insert into books values (4);\n"
                            "insert into books values (5);\n"
                            "commit()\n"
                            "begin;\n"
                            "delete from books;\n"
                            "rollback;\n"
                            "vacuum books;\n"
                            "begin\n"
                            "delete from books;\n",
                            {"--write"});
  INFO(result.out << result.err);
  CHECK(value(project, "select string_agg(id::text, ' ' order by id) from books") == "1 2 3 4 5");
  CHECK_THAT(result.out, ContainsSubstring("INSERT 0 1") && ContainsSubstring("VACUUM"));
  CHECK_THAT(result.err, ContainsSubstring("this line is undone; the transaction is still open") &&
                             ContainsSubstring("the open transaction was rolled back"));
  CHECK(piped(project, "commit()\n").status == 2);
}

TEST_CASE("nothing is an answer, and JSON is a document for each line", "[console]") {
  const ProgramProject project(seed);
  const auto none = piped(project, "");
  CHECK(none.status == 0);
  CHECK(none.out.empty());
  CHECK(piped(project, "nil\n").out.empty());
  CHECK(piped(project, "db.rows('select 1 as a where false')\n").out == "{}\n");
  const auto json =
      piped(project, "db.rows('select id from books order by id')\nselect title from books;\n", {"--json"});
  const std::size_t second = json.out.find("\n{") + 1;
  REQUIRE(second > 0);
  CHECK(nlohmann::json::parse(json.out.substr(0, second))["values"][0][1]["id"] == 2);
  CHECK(nlohmann::json::parse(json.out.substr(second))["rows"][1][0].is_null());
}

TEST_CASE("at a terminal: prompt, several lines, Tab, Ctrl-C, history", "[console][terminal]") {
  const ProgramProject project(seed);
  const Person person(project, {"--write"});
  CHECK_THAT(person.say("1 + 2", " write> "), ContainsSubstring("3"));
  person.say("if true then", "...> ");
  CHECK_THAT(person.say("print('in a block') end", " write> "), ContainsSubstring("in a block"));

  person.terminal->type("select ti\t");
  // The rest of "title" is what the terminal adds.
  person.terminal->wait_for("tle");
  CHECK_THAT(person.say(" from boo\t where id = 1;", "(1 row)"), ContainsSubstring("Emma"));
  person.terminal->wait_for("write> ");
  CHECK_THAT(person.say("schema.has_ta\t('books')", " write> "), ContainsSubstring("true"));

  person.terminal->type("half a line");
  person.terminal->wait_for("half a line");
  person.terminal->type("\x03");
  person.terminal->wait_for(" write> ");

  person.terminal->type("select pg_sleep(600);\r");
  for (const auto watcher = tests::connect(project.url());
       watcher
           ->query("select from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid() and "
                   "state = 'active'")
           .empty();)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  person.terminal->type("\x03");
  CHECK_THAT(person.terminal->wait_for(" write> "), ContainsSubstring("WAX-3007"));

  person.say("begin()", " write*> ");
  person.say("delete from books;", " write*> ");
  person.say("rollback()", " write> ");
  CHECK_THAT(person.say("db.value('select count(*) from books')", " write> "), ContainsSubstring("2"));
  CHECK_THAT(person.say("\\timing", " write> "), ContainsSubstring("timing is on"));
  person.say("\\x", " write> ");
  CHECK_THAT(person.say("select title, 7 as number from books order by 1;", " write> "),
             ContainsSubstring("-[ RECORD 2 ]") && ContainsSubstring("number | 7"));
  person.say("\\x", " write> ");
  CHECK_THAT(person.say("\\d books", " write> "), ContainsSubstring("numeric(6,2)"));
  person.say("alter role nobody password 'canary';", " write> ");
  person.terminal->type("\x04");
  CHECK(person.terminal->wait() == 0);

  const std::string file = person.home + "/state/waxwing/history", kept = base::read_file(file);
  CHECK_THAT(kept, ContainsSubstring("1 + 2\n") && ContainsSubstring("if true then\\nprint('in a block') end\n"));
  CHECK(kept.find("canary") == std::string::npos);
  struct stat status {};
  stat(file.c_str(), &status);
  CHECK((status.st_mode & 0777) == 0600);

  const Person again(project);
  again.terminal->type("\x1b[A");
  CHECK_THAT(again.terminal->wait_for("\\d books"), !ContainsSubstring("canary"));
  again.terminal->type("\x03");
  again.terminal->wait_for("> ");
  again.say("\\q", "\n");
  CHECK(again.terminal->wait() == 0);
}

TEST_CASE("at a terminal: a lost connection is made again", "[console][terminal]") {
  const ProgramProject project(seed);
  const Person person(project);
  person.say("1", "> ");
  tests::connect(project.url())
      ->query(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> "
          "pg_backend_pid()");
  CHECK_THAT(person.say("db.value('select 40 + 2')", "connected again"), ContainsSubstring("WAX-2002"));
  person.terminal->wait_for("> ");
  CHECK_THAT(person.say("db.value('select 40 + 2')", "> "), ContainsSubstring("42"));
}

TEST_CASE("a line is SQL by its first word", "[console]") {
  for (const char* sql : {"select 1;", "  SELECT 1", "with x as (select 1) select * from x;", "do $$ begin end $$;",
                          "table books;", "values (1);", "begin"})
    CHECK_FALSE(cli::sql_word(sql).empty());
  for (const char* lua : {"select(2, 1)", "table.insert(t, 1)", "do print(1) end", "begin()", "set = 3", "x = 1",
                          "selected", "update_all()", ""})
    CHECK(cli::sql_word(lua).empty());
  CHECK(cli::is_finished_sql("select ';';"));
  CHECK_FALSE(cli::is_finished_sql("select ';"));
  CHECK_FALSE(cli::is_finished_sql("select 1 -- ;"));
  CHECK(cli::transaction_word("BEGIN TRANSACTION;") == "begin");
  CHECK(cli::transaction_word("rollback to x").empty());
}

TEST_CASE("what is completed, and what is kept of what was typed", "[console]") {
  const cli::TableNames tables = {{"books", {"id", "title"}}, {"billing.bills", {"due"}}};
  const auto lua = [](const std::string& table) {
    return table == "db" ? std::vector<std::string>{"rows", "row"} : std::vector<std::string>{"db", "schema"};
  };
  const auto completed = [&](const char* before) { return cli::complete(before, tables, lua).candidates; };
  CHECK(completed("db.ro") == std::vector<std::string>{"db.row", "db.rows"});
  CHECK(completed("select ti") == std::vector<std::string>{"title"});
  CHECK(completed("\\d b") == std::vector<std::string>{"billing.bills", "books"});
  CHECK(completed("select books.") == std::vector<std::string>{"books.id", "books.title"});
  CHECK(completed("\\ti") == std::vector<std::string>{"\\timing"});
  CHECK(completed("zzz").empty());
  CHECK(cli::HistoryFile::may_keep("select 1;"));
  for (const char* left_out :
       {" select 1;", "", "alter role r PASSWORD 'x'", "db.value('postgres://u:p@h/d')", "api_key = 'x'"})
    CHECK_FALSE(cli::HistoryFile::may_keep(left_out));
}
