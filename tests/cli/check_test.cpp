// `waxwing check` on real rows: duplicates and orphans as PostgreSQL's own constraints would find them.
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/program_project.hpp"

using nlohmann::json;
using tests::ProgramProject;

TEST_CASE("duplicates are grouped, counted and named by their primary key", "[cli][check]") {
  const ProgramProject project(
      "create table users (id int primary key, tenant_id int, email text, barcode text);"
      "insert into users values (1, 1, 'a@x', null), (2, 1, 'a@x', null), (3, 2, 'a@x', 'b'), (4, 1, 'a@x', 'b'), (5, "
      "3, 'c@x', 'z'), (6, 3, 'c@x', 'y')");
  const auto found = project.waxwing({"check", "duplicates", "users", "tenant_id,email", "--json"});
  CHECK(found.status == 6);
  const json document = json::parse(found.out);
  CHECK(document["primary_key"] == json{"id"});
  CHECK(document["group_count"] == 2);
  CHECK(document["row_count"] == 5);
  CHECK(document["groups"][0]["values"] == json{"1", "a@x"});
  CHECK(document["groups"][0]["ids"] == json{{"1"}, {"2"}, {"4"}});

  SECTION("columns may be words of their own") {
    CHECK(project.waxwing({"check", "duplicates", "users", "tenant_id", "email"}).status == 6);
  }
  SECTION("the limit hides groups and not the count") {
    const auto text = project.waxwing({"check", "duplicates", "users", "tenant_id,email", "--limit", "1"});
    CHECK_THAT(text.out, ContainsSubstring("... and 1 more group"));
    CHECK_THAT(text.out, ContainsSubstring("Found 2 groups of duplicates (5 rows) in users (tenant_id, email)"));
  }
  SECTION("the statement it prints lists the same groups") {
    const auto text = project.waxwing({"check", "duplicates", "users", "tenant_id,email"});
    const std::string lead = "to list them: ";
    const std::size_t at = text.out.find(lead);
    REQUIRE(at != std::string::npos);
    CHECK(tests::connect(project.url())->query(text.out.substr(at + lead.size())).rows() == 2);
  }
}

TEST_CASE("NULLs are no duplicates unless asked, as for a unique constraint", "[cli][check]") {
  const ProgramProject project(
      "create table items (id int primary key, barcode text); insert into items values (1, null), (2, null), (3, 'x')");
  CHECK(project.waxwing({"check", "duplicates", "items", "barcode"}).status == 0);
  const auto found = project.waxwing({"check", "duplicates", "items", "barcode", "--nulls-not-distinct", "--json"});
  CHECK(found.status == 6);
  CHECK(json::parse(found.out)["groups"][0]["values"] == json{nullptr});
}

TEST_CASE("duplicates among some rows, of expressions, without a key, in a quoted table", "[cli][check]") {
  const ProgramProject project(
      "create schema billing; create table billing.\"Orders\" (\"Ref\" text, region int);"
      "insert into billing.\"Orders\" values ('A', 1), ('a', 1), ('A', 2)");
  CHECK(project.waxwing({"check", "duplicates", "billing.Orders", "Ref", "--where", "region = 1"}).status == 0);
  CHECK(project.waxwing({"check", "duplicates", "billing.Orders", "lower(\"Ref\")", "--where", "region = 1"}).status ==
        6);
  const auto found = project.waxwing({"check", "duplicates", "billing.\"Orders\"", "\"Ref\"", "--json"});
  CHECK(found.status == 6);
  CHECK(json::parse(found.out)["primary_key"] == json{"ctid"});
}

TEST_CASE("check refuses what it does not know and names what is near", "[cli][check]") {
  const ProgramProject project("create table users (id int primary key, email text)");
  const auto table = project.waxwing({"check", "duplicates", "usres", "email"});
  CHECK(table.status == 2);
  CHECK_THAT(table.err, ContainsSubstring("WAX-2020") && ContainsSubstring("did you mean \"users\"?"));
  const auto column = project.waxwing({"check", "duplicates", "users", "emial"});
  CHECK(column.status == 2);
  CHECK_THAT(column.err, ContainsSubstring("WAX-2021") && ContainsSubstring("did you mean \"email\"?"));
  CHECK(project.waxwing({"check", "duplicates", "users"}).status == 2);
  CHECK(project.waxwing({"check", "twins"}).status == 2);
  CHECK(project.waxwing({"check", "duplicates", "users; drop table users", "email"}).status == 2);
  CHECK(project.waxwing({"check", "duplicates", "users", "email", "--where", "true) ; drop table users; --"}).status ==
        1);
  CHECK(project.waxwing({"check", "duplicates", "users", "email"}).status == 0);
}

TEST_CASE("orphans of every foreign key: NOT VALID, composite, MATCH FULL", "[cli][check]") {
  const ProgramProject project(
      "create table users (id int primary key); create table pairs (a int, b int, primary key (a, b));"
      "create table journals (id int primary key, user_id int, a int, b int, x int, y int);"
      "insert into users values (1); insert into pairs values (1, 1);"
      "insert into journals values (1, 1, 1, 1, 1, 1), (2, null, null, 1, null, 1), (3, 9, 1, 2, 1, 2), (4, 1, null, "
      "null, "
      "null, null);"
      "alter table journals add constraint simple foreign key (a, b) references pairs not valid;"
      "alter table journals add constraint complete foreign key (x, y) references pairs match full not valid;"
      "alter table journals add constraint owner foreign key (user_id) references users not valid");
  const auto found = project.waxwing({"check", "orphans", "--json"});
  CHECK(found.status == 6);
  const json document = json::parse(found.out);
  REQUIRE(document["references"].size() == 3);
  CHECK(document["references"][0]["constraint"] == "complete");
  CHECK(document["references"][0]["orphans"] == 2);
  CHECK(document["references"][1]["constraint"] == "owner");
  CHECK(document["references"][1]["orphans"] == 1);
  CHECK(document["references"][1]["samples"] == json{"id = 3, user_id = 9"});
  CHECK(document["references"][1]["validated"] == false);
  CHECK(document["references"][2]["orphans"] == 1);
  // The printed statements leave rows that the constraint accepts.
  const auto connection = tests::connect(project.url());
  for (const json& reference : document["references"]) connection->query(reference["delete_sql"].get<std::string>());
  CHECK(connection->query("select id from journals order by id").rows() == 2);
  for (const char* name : {"simple", "complete", "owner"})
    connection->query("alter table journals validate constraint " + std::string(name));
  CHECK(project.waxwing({"check", "orphans"}).status == 0);
}

TEST_CASE("orphans of a reference that nobody declared, with a NULL among the parents", "[cli][check]") {
  const ProgramProject project(
      "create table users (email text); create table notes (id int primary key, author text);"
      "insert into users values ('a'), (null); insert into notes values (1, 'a'), (2, 'b'), (3, null)");
  const auto found = project.waxwing({"check", "orphans", "notes.author", "users.email"});
  CHECK(found.status == 6);
  CHECK_THAT(found.out, ContainsSubstring("notes.author -> users.email: 1 orphan\n    id = 2, author = b"));
  const std::string lead = "to delete these rows:  ";
  const std::size_t at = found.out.find(lead);
  REQUIRE(at != std::string::npos);
  const auto deleted = tests::connect(project.url())
                           ->query(found.out.substr(at + lead.size(), found.out.find('\n', at) - at - lead.size()));
  CHECK(deleted.affected_rows() == 1);
  CHECK(project.waxwing({"check", "orphans", "notes.author", "users"}).status == 2);
  CHECK(project.waxwing({"check", "orphans", "notes(id,author)", "users.email"}).status == 2);
}

TEST_CASE("a database without foreign keys has no orphans", "[cli][check]") {
  const ProgramProject project("create table users (id int)");
  const auto found = project.waxwing({"check", "orphans"});
  CHECK(found.status == 0);
  CHECK(found.out == "the database has no foreign keys\n");
}

TEST_CASE("sessions are listed without the values of their statements", "[cli][sessions]") {
  const ProgramProject project("create table users (id int)");
  const auto nobody = project.waxwing({"sessions", "--fail-if-any"});
  CHECK(nobody.status == 0);
  const auto other = tests::connect(project.url());
  other->query("set application_name = 'shop'");
  other->query("begin");
  other->query("select 'secret-value', $$another-secret$$ as word");
  const auto found = project.waxwing({"sessions", "--json"});
  CHECK(found.status == 0);
  CHECK_THAT(found.out, !ContainsSubstring("secret-value") && !ContainsSubstring("another-secret"));
  const json session = json::parse(found.out)["sessions"].at(0);
  CHECK(session["application_name"] == "shop");
  CHECK(session["state"] == "idle in transaction");
  CHECK(session["pid"] == other->backend_pid());
  CHECK(session["query"] == "select '***', '***' as word");
  CHECK(session["transaction_s"].get<double>() >= 0);
  CHECK(project.waxwing({"sessions", "--fail-if-any"}).status == 6);
  const auto text = project.waxwing({"sessions"});
  CHECK_THAT(text.out, ContainsSubstring("idle in transaction") && ContainsSubstring("1 other session"));
}
