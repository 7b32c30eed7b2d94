// db.batches: a function of the script for the rows of a table.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/project.hpp"

using tests::code_of;
using tests::run;
using tests::TestProject;

namespace {

void prepare(TestProject& files, const std::string& body) {
  files.migration("a", "",
                  "db.execute([[create table t (id bigint primary key, n int not null default 0, name text)]])\n"
                  "db.execute([[insert into t (id, name) select i, 'row ' || i from generate_series(1, 500) as i]])\n"
                  "db.execute([[create table seen (what text)]])");
  files.migration("b", "a", body);
}

const char* const count_up =
    "for _, row in ipairs(rows) do db.execute('update t set n = n + 1 where id = $1', row.id) end";

std::string counts(const TestProject& files) {
  return files.value(
      "select string_agg(n || '*' || times, ' ' order by n) from (select n, count(*) as times from t group by n) as "
      "counts");
}

}  // namespace

TEST_CASE("db.batches gives every row to the function once", "[migrate][backfill]") {
  TestProject files;
  prepare(files,
          fmt::format("local rows, left = db.batches {{ table = 't', columns = {{ 'id', 'n' }}, where = 'n = 0', "
                      "size = 70, target_ms = 0, function(rows) assert(#rows <= 70 and rows[1].n == 0) {} end }}\n"
                      "db.execute([[insert into seen values ($1)]], rows .. ' ' .. left)",
                      count_up));
  run(files, "upgrade", "head");
  CHECK(counts(files) == "1*500");
  CHECK(files.value("select what from seen") == "500 0");
  CHECK(files.value("select count(*) from waxwing.journal") == "0");
}

TEST_CASE("db.batches tells how many rows still match", "[migrate][backfill]") {
  TestProject files;
  prepare(files,
          "local rows, left = db.batches { table = 't', columns = 'id', where = 'n = 0', lock = false, function(rows) "
          "end }\ndb.execute([[insert into seen values ($1)]], rows .. ' ' .. left)");
  run(files, "upgrade", "head");
  CHECK(files.value("select what from seen") == "500 500");
}

TEST_CASE("db.batches goes on behind the last batch, and answers the same in a replay",
          "[migrate][backfill][journal]") {
  TestProject files;
  const auto body = [](const std::string& more) {
    return fmt::format(
        "local n = db.batches {{ table = 't', columns = 'id', size = 50, target_ms = 0, function(rows) {} {} "
        "end }}\ndb.autocommit(function() db.execute([[insert into seen values ($1)]], tostring(n)) end)\n"
        "db.execute('select 1 / (500 - id) from t where id = 500 and n < 2')",
        count_up, more);
  };
  prepare(files, body("if rows[#rows].id == 300 then error('no further') end"));
  try {
    run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK_THAT(std::string(error.what()), ContainsSubstring("no further"));
    CHECK_THAT(error.state(), ContainsSubstring("250 rows of t are done and kept"));
    REQUIRE_FALSE(error.places().empty());
    CHECK_THAT(error.places().front(), ContainsSubstring("b.lua:"));
  }
  CHECK(counts(files) == "0*250 1*250");
  files.migration("b", "a", body(""));
  // What comes behind fails, and the function is not called again.
  CHECK(code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  CHECK(counts(files) == "1*500");
  files.value("update t set n = 2 where id = 500");
  run(files, "upgrade", "head");
  CHECK(counts(files) == "1*499 2*1");
  CHECK(files.value("select string_agg(what, ',') from seen") == "500");
}

TEST_CASE("a statement of the function that fails undoes its batch alone", "[migrate][backfill]") {
  TestProject files;
  prepare(files,
          "db.batches { table = 't', columns = 'id', size = 100, target_ms = 0, function(rows)\n"
          "  db.execute('update t set n = n + 1 where id = any($1)', { rows[1].id, rows[#rows].id })\n"
          "  local ok = db.savepoint(function() db.execute('update t set n = 9') error('undone') end)\n"
          "  assert(not ok)\n"
          "  if rows[1].id == 201 then db.execute('select 1 / 0') end\nend }");
  CHECK(code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  CHECK(counts(files) == "0*496 1*4");
}

TEST_CASE("what a batch cannot hold is refused inside of it", "[migrate][backfill]") {
  TestProject files;
  const auto message = [&](const std::string& inside) {
    prepare(files, "db.batches { table = 't', columns = 'id', function(rows) " + inside + " end }");
    try {
      run(files, "upgrade", "head");
    } catch (const base::Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(message("db.autocommit(function() end)"), ContainsSubstring("db.autocommit cannot be inside db.batches"));
  CHECK_THAT(message("db.batches { table = 't', function() end }"), ContainsSubstring("inside other batches"));
  CHECK_THAT(message("op.backfill { table = 't', set = 'n = 1' }"), ContainsSubstring("backfill"));
  CHECK_THAT(message("db.execute('vacuum t')"), ContainsSubstring("cannot run in a transaction"));
  CHECK_THAT(message("db.execute('commit')"), ContainsSubstring("cannot say commit"));
  CHECK(counts(files) == "0*500");
}

TEST_CASE("db.batches asks its throttle before each batch", "[migrate][backfill]") {
  TestProject files;
  prepare(files, fmt::format("local asked = 0\ndb.batches {{ table = 't', columns = 'id', size = 250, target_ms = 0,\n"
                             "  throttle = function() asked = asked + 1 return asked % 2 == 1 and 1 or false end,\n"
                             "  function(rows) {} end }}\n"
                             "db.execute([[insert into seen values ($1)]], tostring(asked))",
                             count_up));
  run(files, "upgrade", "head");
  // Twice for each of two batches and the empty one behind them.
  CHECK(files.value("select what from seen") == "6");
}

TEST_CASE("db.batches names what is wrong with its keys", "[migrate][backfill]") {
  TestProject files;
  const auto message = [&](const std::string& call) {
    prepare(files, call);
    try {
      run(files, "upgrade", "head");
    } catch (const base::Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(message("db.batches()"), ContainsSubstring("takes one table, got nil"));
  CHECK_THAT(message("db.batches { table = 't' }"), ContainsSubstring("a function is expected"));
  CHECK_THAT(message("db.batches { function() end }"), ContainsSubstring("missing key \"table\""));
  CHECK_THAT(message("db.batches { table = 't', wher = 'x', function() end }"),
             ContainsSubstring("unknown key \"wher\""));
  CHECK_THAT(message("db.batches { table = 't', size = 0, function() end }"), ContainsSubstring("size must be from 1"));
  for (const std::string size : {"0/0", "1/0", "1.5"})
    CHECK_THAT(message("db.batches { table = 't', size = " + size + ", function() end }"),
               ContainsSubstring("size must be a whole number"));
  CHECK_THAT(message("db.batches { table = 't', throttle = 5, function() end }"), ContainsSubstring("throttle"));
  CHECK_THAT(message("db.batches { table = 't', columns = { 5 }, function() end }"), ContainsSubstring("columns"));
  CHECK_THAT(message("db.batches { table = 't', columns = 'nam', function() end }"), ContainsSubstring("nam"));
}
