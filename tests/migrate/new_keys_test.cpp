// op.retype_primary_key with a Lua function that makes the new keys.
#include "support/catch.hpp"
#include "support/project.hpp"

using tests::run;
using tests::TestProject;

namespace {

/// Users and what refers to them, more than a page of them; revision b makes the keys that `answer` gives.
struct Keys : TestProject {
  explicit Keys(const std::string& answer) {
    migration("a", "",
              "db.execute [[create table users (id serial primary key, name text not null);"
              "create table journals (id int primary key, user_id int references users);"
              "insert into users (name) select 'user ' || n from generate_series(1, 12000) n;"
              "insert into journals select n, 1 + n % 12000 from generate_series(1, 100) n]]");
    migration("b", "a",
              "op.retype_primary_key { table = 'users', to = 'text', using = function(row) return " + answer +
                  " end, default = db.null }",
              "op.restore_primary_key { table = 'users' }");
    run(*this, "upgrade", "a");
  }
};

}  // namespace

TEST_CASE("a Lua function makes the new keys", "[migrate][retype]") {
  Keys files("row.name:gsub(' ', '-') .. '/' .. row.id");
  const std::string before = files.value(
      "select md5(string_agg(u::text || j::text, ',' order by j.id)) from users u "
      "join journals j on j.user_id = u.id");
  run(files, "upgrade", "head");
  CHECK(
      files.value("select count(*) || ' ' || min(id) || ' ' || max(name) from users where id = replace(name, ' ', '-') "
                  "|| '/' || substr(name, 6)") == "12000 user-1/1 user 9999");
  CHECK(files.value("select string_agg(u.name, ',' order by j.id) from journals j join users u on u.id = j.user_id "
                    "where j.id < 3") == "user 2,user 3");
  CHECK(files.value("select count(*) from pg_class where relname like 'waxwing_new_keys%'") == "0");
  run(files, "downgrade", "a");
  CHECK(files.value("select md5(string_agg(u::text || j::text, ',' order by j.id)) from users u join journals j on "
                    "j.user_id = u.id") == before);
}

TEST_CASE("a Lua function that gives no key, or one twice, or fails, leaves everything as it was",
          "[migrate][retype]") {
  struct Case {
    const char *answer, *code, *text;
  };
  const Case cases[] = {{"nil", "WAX-3002", "`using` gives no key for id = 1"},
                        {"'same'", "WAX-6033", "`using` does not make a key of each key of"},
                        {"row.nosuch.field", "WAX-3002", "the row has no column \"nosuch\""}};
  for (const Case& each : cases) {
    CAPTURE(each.answer);
    Keys files(each.answer);
    try {
      run(files, "upgrade", "head");
      FAIL("no error");
    } catch (const base::Error& error) {
      CHECK(error.code().id == std::string(each.code));
      CHECK_THAT(std::string(error.what()) + " " + error.cause(), ContainsSubstring(each.text));
      REQUIRE(!error.places().empty());
      CHECK_THAT(error.places().front(), ContainsSubstring("migrations/b.lua:4"));
    }
    CHECK(files.value("select pg_typeof(id)::text from users limit 1") == "integer");
  }
}
