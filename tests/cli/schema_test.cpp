// `waxwing schema` on a real database.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "support/catch.hpp"
#include "support/program_project.hpp"

using nlohmann::json;
using tests::ProgramProject;

namespace {

struct Group {
  const char* name;
  std::vector<const char*> tables;
};

/// The 29 tables of a library system, as its guide lists them.
const std::vector<Group> library = {
    {"Core Tables", {"tenants", "users", "addresses", "patron_groups", "departments", "permissions"}},
    {"Inventory Tables", {"instances", "holdings", "items", "locations", "libraries"}},
    {"Circulation Tables", {"loans", "requests", "loan_policies"}},
    {"Financial Tables", {"fees", "payments", "fee_policies"}},
    {"Acquisition Tables", {"orders", "order_lines", "vendors", "funds"}},
    {"Academic Tables", {"courses", "reserves"}},
    {"System Tables", {"roles", "notifications", "audit_logs"}},
    {"Junction Tables", {"user_tenants", "user_roles", "role_permissions"}},
};

std::string library_sql() {
  std::string sql;
  for (const Group& group : library)
    for (const char* table : group.tables) sql += fmt::format("create table {} (id int primary key);", table);
  return sql;
}

std::string library_list() {
  std::string text = "return { groups = {\n";
  for (const Group& group : library) {
    text += fmt::format("  {{ name = \"{}\", tables = {{ ", group.name);
    for (const char* table : group.tables) text += fmt::format("\"{}\", ", table);
    text += "} },\n";
  }
  return text + "} }\n";
}

}  // namespace

TEST_CASE("every expected table is marked, group by group", "[cli][schema]") {
  const ProgramProject project(library_sql());
  project.write("expected.lua", library_list());
  const auto found = project.waxwing({"schema", "verify", "expected.lua"}, {.environment = {{"LC_ALL", "C.UTF-8"}}});
  CHECK(found.status == 0);
  CHECK_THAT(found.out, StartsWith("Core Tables (6):\n  ✓ tenants\n  ✓ users\n"));
  CHECK_THAT(found.out, ContainsSubstring("✓ 29 tables in 8 groups. No missing tables.\n"));
  tests::connect(project.url())->query("drop table funds; create table surprise (id int)");
  const auto missing = project.waxwing({"schema", "verify", "expected.lua", "--json"});
  CHECK(missing.status == 7);
  const json document = json::parse(missing.out);
  CHECK(document["missing"] == 1);
  CHECK(document["groups"][4]["tables"][3]["exists"] == false);
  CHECK(document["unexpected"] == json{"surprise"});
}

TEST_CASE("columns, types, constraints and indexes are compared where they are given", "[cli][schema]") {
  const ProgramProject project(
      "create table items (id uuid primary key, barcode varchar(20) not null, price numeric(10,2), seen timestamp(3), "
      "tags "
      "text[], constraint uq_items unique (barcode)); create index ix_price on items (price)");
  const auto verify = [&](const std::string& table) {
    project.write("expected.lua",
                  "return { schema = 'public', groups = { { name = 'g', tables = { " + table + " } } } }");
    return project.waxwing({"schema", "verify", "expected.lua"});
  };
  CHECK(
      verify(
          "{ name = 'items', columns = { id = 'uuid not null', barcode = 'varchar(20) NOT NULL', price = 'decimal(10, "
          "2)', seen = 'timestamp(3)', tags = 'text[]' }, constraints = { 'uq_items', 'items_pkey' }, indexes = { "
          "'ix_price' } }")
          .status == 0);
  const auto other = verify(
      "{ name = 'items', columns = { id = 'int not null', barcode = 'varchar(21)', lost = 'text' }, "
      "constraints = { 'uq_other' }, indexes = { 'ix_other' } }");
  CHECK(other.status == 7);
  for (const char* line :
       {"column id is uuid not null, expected integer not null",
        "column barcode is character varying(20) not null, expected character varying(21)", "column lost is missing",
        "column price was not expected", "constraint uq_other is missing", "index ix_other is missing"})
    CHECK_THAT(other.out, ContainsSubstring(line));
}

TEST_CASE("the written list fits the database it was written from", "[cli][schema]") {
  const ProgramProject project(
      "create schema billing; create table users (id int primary key, \"end\" text, \"a b\" numeric(4,1)[]);"
      "create table billing.orders (at timestamptz not null, c char(3), v varchar); create index on billing.orders "
      "(at)");
  CHECK(project.waxwing({"schema", "verify", "--write", "expected.lua"}).status == 0);
  const auto same = project.waxwing({"schema", "verify", "expected.lua", "--exact"});
  CHECK(same.out + same.err == same.out);
  CHECK(same.status == 0);
  CHECK(project.waxwing({"schema", "verify", "--write", "expected.lua"}).status == 2);
  tests::connect(project.url())->query("alter table users drop column \"a b\"; create table more (id int)");
  CHECK(project.waxwing({"schema", "verify", "expected.lua"}).status == 7);
}

TEST_CASE("a list that is not understood is named with the place", "[cli][schema]") {
  const ProgramProject project;
  const auto verify = [&](const std::string& text) {
    project.write("expected.lua", text);
    const auto found = project.waxwing({"schema", "verify", "expected.lua"});
    CHECK(found.status == 2);
    return found.err;
  };
  CHECK_THAT(verify("return { tables = { 'a' } }"), ContainsSubstring("unknown key \"tables\""));
  CHECK_THAT(verify("return { groups = {} }"), ContainsSubstring("WAX-2024"));
  CHECK_THAT(verify("return { groups = { { name = 'g', tables = { { name = 't', column = {} } } } } }"),
             ContainsSubstring("groups[1].tables[1]: unknown key \"column\"; did you mean \"columns\"?"));
  CHECK_THAT(verify("return { groups = { { name = 'g', tables = { { name = 't', columns = { id = 4 } } } } } }"),
             ContainsSubstring("groups[1].tables[1].columns.id: a type is expected"));
  CHECK(project.waxwing({"schema", "verify", "no-such-file.lua"}).status == 2);
  CHECK(project.waxwing({"schema", "verify"}).status == 2);
}

TEST_CASE("schema tables lists tables and views", "[cli][schema]") {
  const ProgramProject project;
  CHECK(project.waxwing({"schema", "tables"}).out == "the database has no tables\n");
  tests::connect(project.url())
      ->query(
          "create schema s; create table s.t (id int); create view v as select 1 as one; insert into s.t values (1); "
          "analyze s.t");
  const json document = json::parse(project.waxwing({"schema", "tables", "--json"}).out);
  REQUIRE(document["tables"].size() == 2);
  CHECK(document["tables"][0]["kind"] == "view");
  CHECK(document["tables"][1]["name"] == "t");
  CHECK(document["tables"][1]["estimated_rows"] == 1);
}
