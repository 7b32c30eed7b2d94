// schema.at(): what tables and columns were, as runs have recorded it.
#include "support/catch.hpp"
#include "support/program_project.hpp"

using tests::ProgramProject;

namespace {

void write_rename(const ProgramProject& project) {
  project.write(
      "migrations/a1.sql",
      "-- revision: a1\n-- waxwing: up\ncreate table orders (id int, note text default 'x', total "
      "numeric(8,2));\ncreate view open_orders as select id from orders;\n-- waxwing: down\ndrop table orders "
      "cascade;\n");
  project.write("migrations/b1.sql",
                "-- revision: b1\n-- revises: a1\n-- waxwing: up\nalter table orders rename note to remark;\n"
                "-- waxwing: down\nalter table orders rename remark to note;\n");
}

std::string answers(const ProgramProject& project, const std::string& revision) {
  project.write("ask.lua",
                "local past = schema.at(arg[1])\n"
                "print(past.has_column('orders', 'note'), past.has_column('orders', 'remark'), "
                "past.has_table('orders'), past.has_table('open_orders'), past.has_view('open_orders'), "
                "past.column_type('orders', 'total'), #past.columns('orders'), past.columns('orders')[1].name, "
                "table.concat(past.tables(), ' '), tostring(past.column_type('orders', 'none')))");
  const auto result = project.waxwing({"run", "ask.lua", revision});
  INFO(result.err);
  CHECK(result.status == 0);
  return result.out;
}

}  // namespace

TEST_CASE("a script asks about the schema of an earlier run", "[schema_at]") {
  const ProgramProject project;
  write_rename(project);
  REQUIRE(project.waxwing({"upgrade", "a1"}).status == 0);
  REQUIRE(project.waxwing({"upgrade", "b1"}).status == 0);
  CHECK(answers(project, "a1") == "true false true false true numeric(8,2) 3 id orders nil\n");
  CHECK(answers(project, "b") == "false true true false true numeric(8,2) 3 id orders nil\n");
  REQUIRE(project.waxwing({"downgrade", "base"}).status == 0);
  CHECK(answers(project, "a1") == "true false true false true numeric(8,2) 3 id orders nil\n");
}

TEST_CASE("what no run has recorded is an error that names what is known", "[schema_at]") {
  const ProgramProject project;
  write_rename(project);
  project.write("ask.lua", "schema.at(arg[1])");
  auto refused = project.waxwing({"run", "ask.lua", "a1"});
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, ContainsSubstring("WAX-3053") && ContainsSubstring("no run on this database"));
  REQUIRE(project.waxwing({"upgrade", "head"}).status == 0);
  refused = project.waxwing({"run", "ask.lua", "a1"});
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, ContainsSubstring("at revision a1") && ContainsSubstring("recorded, b1"));
  project.write("ask.lua", "schema.at('b1').has_colum('orders', 'id')");
  CHECK_THAT(project.waxwing({"run", "ask.lua"}).err, ContainsSubstring("did you mean \"has_column\"?"));
  project.write("ask.lua", "schema.at(1)");
  CHECK_THAT(project.waxwing({"run", "ask.lua"}).err, ContainsSubstring("takes the id of a revision"));
}

TEST_CASE("a migration asks about a revision of its own run", "[schema_at]") {
  const ProgramProject project;
  write_rename(project);
  project.write("migrations/c1.lua",
                "local m = migration { revision = 'c1', revises = 'b1' }\nfunction m.upgrade()\n"
                "  local column = schema.at('a1').has_column('orders', 'note') and not schema.has_column('orders', "
                "'note') and 'remark' or 'note'\n"
                "  db.execute(db.format('alter table orders alter %I set not null', column))\nend\nreturn m\n");
  const auto done = project.waxwing({"upgrade", "head"});
  INFO(done.err);
  REQUIRE(done.status == 0);
  CHECK(tests::connect(project.url())
            ->query("select attnotnull from pg_attribute where attrelid = 'orders'::regclass and attname = 'remark'")
            .boolean(0, 0));
  CHECK(answers(project, "a1") == "true false true false true numeric(8,2) 3 id orders nil\n");
  project.write("ask.lua", "print(schema.column_type('orders', 'total'), schema.column_type('orders', 'x'))");
  CHECK(project.waxwing({"run", "ask.lua"}).out == "numeric(8,2) nil\n");
}
