// `waxwing query` on a real database.
#include <nlohmann/json.hpp>

#include "migrate/saved_queries.hpp"
#include "support/catch.hpp"
#include "support/program_project.hpp"

using nlohmann::json;
using tests::ProgramProject;

TEST_CASE("names in a query become numbers, and nothing else does", "[cli][query]") {
  std::vector<std::string> names;
  CHECK(migrate::number_parameters("select :a, :b::text, ':c', \":d\", a[1:n], x::int, $$:e$$, :a -- :f", names) ==
        "select $1, $2::text, ':c', \":d\", a[1:n], x::int, $$:e$$, $1 -- :f");
  CHECK(names == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a query of the project runs with its values sent apart", "[cli][query]") {
  const ProgramProject project(
      "create table assignments (id int, dcs_book_id int, note text); insert into assignments values (1, 4, 'a,b'), "
      "(2, 4, "
      "null), (3, 5, '')");
  project.write(
      "queries/books.sql",
      "-- name: by-book\n-- description: assignments by DCS book\nselect dcs_book_id, count(*), bool_or(note is null) "
      "from assignments where dcs_book_id >= :least group by 1 order by 2 desc;\n");
  project.write("waxwing.lua",
                "return { queries = { notes = { sql = 'select id, note from assignments where note = :note or "
                ":note = $$all$$ order by 1', description = 'their notes' }, write = 'delete from assignments' } }");
  const auto found = project.waxwing({"query", "by-book", "--param", "least=1", "--json"});
  CHECK(found.status == 0);
  const json document = json::parse(found.out);
  CHECK(document["columns"] == json{"dcs_book_id", "count", "bool_or"});
  CHECK(document["rows"] == json::parse("[[4, 2, true], [5, 1, false]]"));
  CHECK(project.waxwing({"query", "by-book", "--param", "least=5"}).out ==
        " dcs_book_id | count | bool_or\n-------------+-------+---------\n           5 |     1 | f\n(1 row)\n");
  CHECK(project.waxwing({"query", "notes", "--param", "note=all", "--csv"}).out == "id,note\n1,\"a,b\"\n2,\n3,\"\"\n");
  CHECK(project.waxwing({"query", "notes", "--param", "note=x' or true --", "--csv"}).out == "id,note\n");

  SECTION("what is wrong with the parameters is said") {
    CHECK_THAT(project.waxwing({"query", "by-book"}).err, ContainsSubstring("needs --param least=..."));
    const auto unknown = project.waxwing({"query", "by-book", "--param", "least=1", "--param", "laest=2"});
    CHECK(unknown.status == 2);
    CHECK_THAT(unknown.err, ContainsSubstring("did you mean \"least\"?"));
    CHECK(project.waxwing({"query", "by-book", "--param", "least"}).status == 2);
  }
  SECTION("a query cannot write") {
    const auto written = project.waxwing({"query", "write"});
    CHECK(written.status == 1);
    CHECK_THAT(written.err, ContainsSubstring("25006"));
    CHECK(tests::connect(project.url())->query("select from assignments").rows() == 3);
  }
  SECTION("the list tells where each is from") {
    const json list = json::parse(project.waxwing({"query", "--list", "--json"}).out)["queries"];
    json own = json::array();
    for (const json& each : list)
      if (each["origin"] != "built-in") own.push_back({each["name"], each["origin"], each["parameters"]});
    CHECK(own == json::parse(R"([["by-book", "queries/books.sql", ["least"]], ["notes", "waxwing.lua", ["note"]],
                                 ["write", "waxwing.lua", []]])"));
  }
}

TEST_CASE("the plan of a saved query is measured", "[cli][query]") {
  const tests::ProgramProject project("create table t (id int primary key)");
  project.write("queries/one.sql", "select * from t where id = :id");
  const auto found = project.waxwing({"query", "one", "--param", "id=1", "--explain"});
  INFO(found.err);
  CHECK(found.status == 0);
  CHECK_THAT(found.out, ContainsSubstring("t_pkey") && ContainsSubstring("Execution Time: "));
}

TEST_CASE("a saved query is one statement and leaves the transaction alone", "[cli][query]") {
  const ProgramProject project("create table t (id int)");
  for (const char* sql : {"select 1; select 2", "commit", "set role postgres", "", "begin"}) {
    INFO(sql);
    project.write("queries/bad.sql", sql);
    const auto found = project.waxwing({"query", "bad"});
    CHECK(found.status == 2);
    CHECK_THAT(found.err, ContainsSubstring("WAX-2023") && ContainsSubstring("at queries/bad.sql"));
  }
}

TEST_CASE("every built-in query runs", "[cli][query]") {
  const ProgramProject project(
      "create table users (id int primary key, n int); create index ix_n on users (n); alter table users add "
      "constraint c "
      "check (n > 0) not valid");
  const auto other = tests::connect(project.url());
  other->query("begin; lock table users in share mode");
  for (const char* name : {"index-usage", "table-sizes", "locks", "long-transactions", "unvalidated", "id-types"}) {
    INFO(name);
    const auto found = project.waxwing({"query", name, "--json"});
    CHECK(found.err == "");
    CHECK(found.status == 0);
  }
  CHECK(json::parse(project.waxwing({"query", "index-usage", "--json"}).out)["rows"].size() == 2);
  CHECK(json::parse(project.waxwing({"query", "long-transactions", "--json"}).out)["rows"].size() == 1);
  CHECK(json::parse(project.waxwing({"query", "unvalidated", "--json"}).out)["rows"][0][2] == "c");
  CHECK_THAT(project.waxwing({"query", "index-usgae"}).err, ContainsSubstring("did you mean \"index-usage\"?"));
  project.write("queries/locks.sql", "select 'mine' as locks");
  CHECK_THAT(project.waxwing({"query", "locks"}).out, ContainsSubstring("mine"));
}
