// Headers of migration files, read without running them.
#include "revisions/header.hpp"

#include "base/error.hpp"
#include "revisions/warnings.hpp"
#include "support/catch.hpp"

using revisions::parse_lua_header;
using revisions::parse_sql_header;

TEST_CASE("the header of a Lua migration is read from its text", "[revisions]") {
  const auto header = parse_lua_header(
      "\xEF\xBB\xBF#!/usr/bin/env waxwing\r\n--- add orders\r\n-- migration { revision = \"no\" }\r\nlocal note = "
      "[[migration { revision = 'no' }]]\r\n"
      "local m = migration {\r\n  revision = 'a\\x31\\065',  -- the id\r\n  revises = { \"b\", [==[c]==] },\r\n  "
      "labels = \"side\",\r\n  depends_on = { 'd'; },\r\n"
      "  transaction = \"none\", story = { 1, 2, f = function() return { a = 1, b = 2 } end },\r\n}\r\n"
      "m.downgrade = irreversible(\"the rows are gone\")\r\nreturn m\r\n",
      "m.lua");
  REQUIRE(header);
  CHECK(header->id == "a1A");
  CHECK(header->revises == std::vector<std::string>{"b", "c"});
  CHECK(header->labels == std::vector<std::string>{"side"});
  CHECK(header->depends_on == std::vector<std::string>{"d"});
  CHECK(header->message == "add orders");
  CHECK_FALSE(header->transactional);
  CHECK(header->irreversible == "the rows are gone");
}

TEST_CASE("a computed header has to be run", "[revisions]") {
  CHECK_FALSE(parse_lua_header("local id = 'x' return migration { revision = id }", "m.lua"));
  CHECK_FALSE(parse_lua_header("return migration { revision = 'a' .. 'b' }", "m.lua"));
  CHECK(parse_lua_header("return migration({ revision = 'a', revises = nil })", "m.lua")->revises.empty());
}

TEST_CASE("a wrong header is named with its line", "[revisions]") {
  const auto place_of = [](const char* text) {
    try {
      parse_lua_header(text, "m.lua");
    } catch (const base::Error& error) {
      return std::string(error.code().id) + " " + error.places().at(0);
    }
    return std::string();
  };
  CHECK(place_of("-- nothing\nreturn 1\n") == "WAX-3004 m.lua:3");
  CHECK(place_of("local m = migration {\n  revision = 5 }\n").empty());
  CHECK(place_of("local m = migration {\n  revision = {} }\n") == "WAX-3004 m.lua:2");
  CHECK(place_of("local m = migration {\n  revises = 'a' }\n") == "WAX-3004 m.lua:2");
  CHECK(place_of("local m = migration {\n  revision = 'a',\n  transaction = 'some' }\n") == "WAX-3004 m.lua:3");
  CHECK(place_of("local m = migration { revision = 'a' --[[ open\n") == "WAX-3003 m.lua:1");
  // A key that was meant to be one of ours would make this a base.
  CHECK(place_of("local m = migration {\n  revision = 'a',\n  down_revision = 'b' }\n") == "WAX-3004 m.lua:3");
  CHECK(place_of("local m = migration { revision = 'a',\n  [\"revise\"] = make() }\n") == "WAX-3004 m.lua:2");
  CHECK(place_of("local m = migration { revision = 'a', owner = 'me', version = 2, generated = true }\n").empty());
}

TEST_CASE("the header of an SQL migration is its comment lines", "[revisions]") {
  const auto header = parse_sql_header(
      "-- revision: a\n-- revises: b, c\n-- labels: side\n-- depends_on: d\n-- transaction: none\n\n-- waxwing: "
      "up\nselect 1;\n-- waxwing: irreversible no way\n",
      "migrations/a_add_orders.sql");
  CHECK(header.id == "a");
  CHECK(header.revises == std::vector<std::string>{"b", "c"});
  CHECK(header.depends_on == std::vector<std::string>{"d"});
  CHECK_FALSE(header.transactional);
  CHECK(header.message == "add orders");
  CHECK(header.irreversible == "no way");
}

TEST_CASE("a misspelt key of an SQL header is refused, and a comment is not", "[revisions]") {
  const std::string rest = "\n-- waxwing: up\nselect 1;\n";
  CHECK_THROWS_WITH(parse_sql_header("-- revision: a\n-- down_revision: b" + rest, "a.sql"),
                    "unknown key \"down_revision\"; did you mean \"revises\"?");
  CHECK_NOTHROW(parse_sql_header("-- revision: a\n-- Parent: see above\n-- owner: me" + rest, "a.sql"));
}

TEST_CASE("the sections of an SQL migration know their lines", "[revisions]") {
  const std::string text = "-- revision: a\n\n-- waxwing: up\ncreate table t ();\n\n-- waxwing: down\ndrop table t;\n";
  const revisions::SqlSections sections = revisions::parse_sql_sections(text, "a.sql");
  CHECK(sections.up == "create table t ();\n\n");
  CHECK(sections.up_line == 4);
  CHECK(sections.down == "drop table t;\n");
  CHECK(sections.down_line == 7);
  CHECK_THROWS_WITH(revisions::parse_sql_sections("-- waxwing: upp\n", "a.sql"),
                    ContainsSubstring("did you mean \"up\""));
  CHECK_THROWS_WITH(revisions::parse_sql_sections("select 1;\n", "a.sql"), ContainsSubstring("no -- waxwing: up"));
}

TEST_CASE("a header that comes from a variable has to be run", "[revisions]") {
  CHECK_FALSE(parse_lua_header("local header = { revision = 'a' }\nreturn migration(header)\n", "m.lua"));
  CHECK_FALSE(parse_lua_header("local make = migration\nreturn make { revision = 'a' }\n", "m.lua"));
}

TEST_CASE("every escape of a Lua string is known", "[revisions]") {
  CHECK(
      parse_lua_header("return migration { revision = 'a', message = 'e\\u{E9}\\z\n   x\\\r\ny' }", "m.lua")->message ==
      "e\xC3\xA9x\ny");
}

TEST_CASE("flags of the header become critical warnings", "[revisions]") {
  const auto lua = parse_lua_header(
      "local m = migration { revision = 'a', breaking = 'old clients fail', downtime = true, backup_required = false "
      "}\nm.downgrade = irreversible('gone')\nreturn m",
      "m.lua");
  REQUIRE(lua);
  CHECK_FALSE(lua->backup_required);
  CHECK(revisions::critical_warnings(*lua) ==
        std::vector<std::string>{"IRREVERSIBLE: gone", "BREAKING: old clients fail",
                                 "DOWNTIME: The service must be stopped, or restarted afterwards."});
  const auto sql = parse_sql_header(
      "-- revision: a\n-- backup_required: true\n-- breaking: false\n-- downtime: two minutes\n-- waxwing: up\n",
      "m.sql");
  CHECK(revisions::critical_warnings(sql) ==
        std::vector<std::string>{"DOWNTIME: two minutes",
                                 "BACKUP REQUIRED: You MUST create a database backup before running this migration."});
  CHECK_THROWS_AS(parse_lua_header("return migration { revision = 'a', breaking = {} }", "m.lua"), base::Error);
  // What only Lua can tell is left to Lua.
  CHECK_FALSE(parse_lua_header("return migration { revision = 'a', breaking = os and true }", "m.lua"));
}
