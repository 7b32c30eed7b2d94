// Every check, passing and failing, on a real database.
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "script/migration.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"

namespace {

/// "ok: text" or "failed: text | lines" of one check.
std::string outcome(const std::string& check, postgres::Session& session) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("waxwing-check-" + base::random_hex(8) + ".lua")).string();
  base::write_file(path, "local m = migration { revision = 'a' }\nm.preflight = {\n" + check +
                             "\n}\nfunction m.upgrade() end\nreturn m\n");
  std::string text;
  try {
    const auto migration = script::open_migration(path, "m.lua", {});
    const script::CheckOutcome found = migration->run_preflight(0, session);
    text = (found.passed ? "ok: " : "failed: ") + found.text;
    if (!found.lines.empty()) text += " | " + base::join(found.lines, " | ");
  } catch (const base::Error& error) {
    text = "error " + (error.places().empty() ? "" : error.places().front()) + ": " + error.what();
  }
  std::filesystem::remove(path);
  return text;
}

}  // namespace

TEST_CASE("checks pass and fail in words", "[script][check]") {
  const auto session = tests::connect(tests::fresh_database());
  session->query(
      "create table books (id int primary key, code text, title text not null default 'x');"
      "insert into books values (1, '12'), (2, '99999999999'), (3, 'x7'), (4, null), (5, '12');"
      "create table loans (id int primary key, book_id int);"
      "insert into loans values (1, 1), (2, 77), (3, null);"
      "create unique index ix_code_id on books (code, id)");
  const auto check = [&](const std::string& text) { return outcome(text, *session); };

  CHECK(check("check.no_rows { sql = 'select id from books where id > 5', ok = 'None' }") == "ok: None");
  CHECK(check("check.no_rows { sql = 'select id, code from books where id > 3;', failed = 'Found {count} books.' }") ==
        "failed: Found 2 books. | id = 4, code = NULL | id = 5, code = \"12\"");
  CHECK(
      check("check.no_rows { sql = 'select id from books where id = 1', failed = 'Found {count} books with id 1.' }") ==
      "failed: Found 1 book with id 1. | id = 1");
  CHECK(check("check.rows { sql = 'select 1 from books', min = 3 }") == "ok: Found 5 rows");
  CHECK(check("check.rows { sql = 'select 1 from books', max = 3 }") == "failed: Found 5 rows, expected 0 to 3.");
  CHECK(check("check.value { sql = 'select count(*) from books', equals = 5 }") == "ok: The value is 5");
  CHECK(check("check.value { sql = 'select count(*) from books', equals = 6 }") ==
        "failed: The value is 5, expected 6.");
  CHECK(check("check.castable { table = 'books', column = 'code', type = 'integer' }") ==
        "failed: Found 2 values that cannot be cast to integer. | code = \"99999999999\" | code = \"x7\"");
  CHECK(check("check.castable { table = 'books', column = 'code', type = 'bigint' }") ==
        "failed: Found 1 value that cannot be cast to bigint. | code = \"x7\"");
  CHECK(check("check.castable { table = 'books', column = 'id', type = 'numeric' }") == "ok: All values can be cast");
  CHECK(check("check.references { table = 'loans', columns = 'book_id', ref_table = 'books' }") ==
        "failed: Found 1 row with an invalid reference. | id = 2, book_id = 77");
  CHECK(check("check.references { table = 'loans', columns = 'book_id', ref_table = 'books', not_null = true }") ==
        "failed: Found 2 rows with an invalid reference. | id = 2, book_id = 77 | id = 3, book_id = NULL");
  CHECK(check("check.references { all = true }") == "ok: All references are valid");
  CHECK(check("check.unique { table = 'books', columns = { 'code' } }") ==
        "failed: Found 1 group of duplicates in books. | code = \"12\", rows = 2, ids = \"{1,5}\"");
  CHECK(check("check.unique { table = 'books', columns = { 'code', 'id' } }") == "ok: No duplicates");
  CHECK(check("check.not_null { table = 'books', column = 'title' }") == "ok: No NULL found");
  CHECK_THAT(check("check.not_null { table = 'books', column = 'code' }"),
             StartsWith("failed: Found 1 row of books with NULL code."));
  CHECK(check("check.column { table = 'books', name = 'title', type = 'text', not_null = true }") ==
        "ok: Column books.title is as expected");
  CHECK(check("check.column { table = 'books', name = 'id', type = 'int4' }") == "ok: Column books.id is as expected");
  CHECK(check("check.column { table = 'books', name = 'id', type = 'bigint' }") ==
        "failed: Column books.id has type integer, expected bigint.");
  CHECK(check("check.column { table = 'books', name = 'nope' }") == "failed: Column books.nope does not exist.");
  CHECK(check("check.table { name = 'books' }") == "ok: Table books exists");
  CHECK(check("check.no_table { name = 'books' }") == "failed: Table books still exists.");
  CHECK(check("check.index { table = 'books', name = 'ix_code_id', unique = true }") ==
        "ok: Index ix_code_id is in place");
  CHECK(check("check.index { table = 'books', name = 'ix_code_id', unique = false }") ==
        "failed: Index ix_code_id is unique.");
  CHECK(check("check.constraint { table = 'books', name = 'books_pkey', kind = 'primary key' }") ==
        "ok: Constraint books_pkey is in place");
  CHECK(check("check.constraint { table = 'books', name = 'nope' }") == "failed: Constraint nope does not exist.");
  CHECK(check("check.extension { name = 'plpgsql' }") == "ok: Extension plpgsql is there");
  CHECK_THAT(check("check.extension { name = 'nosuch' }"),
             StartsWith("failed: Extension nosuch is not on the server."));
  CHECK_THAT(check("check.server_version { min = 13 }"), StartsWith("ok: PostgreSQL 1"));
  CHECK_THAT(check("check.server_version { min = 99 }"), StartsWith("failed: PostgreSQL 1"));
  CHECK(check("check.statistics { intro = 'It has:', { '{count} books (all)', 'select count(*) from books' }, { "
              "'{count} book loans', 'select 1' } }") == "ok: It has: |   - 5 books (all) |   - 1 book loan");
  CHECK(check("check.that { test = function() return db.value('select 1') == 1 end }") == "ok: It holds");
  CHECK(check("check.that { test = function() return false, 'not today' end }") == "failed: not today");
}

TEST_CASE("a check that takes too long fails", "[script][check]") {
  const auto session = tests::connect(tests::fresh_database());
  CHECK(outcome("check.no_rows { sql = 'select 1 where false', within_ms = 60000 }", *session) ==
        "ok: No offending rows");
  CHECK_THAT(outcome("check.no_rows { sql = \"select 1 from pg_sleep(0.05) where pg_sleep(0.01) is null\", within_ms = "
                     "20, failed = 'unused' }",
                     *session),
             StartsWith("failed: It holds, but took ") && EndsWith(" ms to look; at most 20 ms were wanted"));
}

TEST_CASE("scripts know a UUID", "[script][check]") {
  const auto session = tests::connect(tests::fresh_database());
  CHECK_THAT(outcome("check.that { doing = 'x', ok = 'right', test = function()\n"
                     "return util.is_uuid('6F9619FF-8b86-d011-b42d-00c04fc964ff') and not "
                     "util.is_uuid('6F9619FF8b86d011b42d00c04fc964ff')\n"
                     "and not util.is_uuid('6F9619FF-8b86-d011-b42d-00c04fc964fg') and not util.is_uuid(7) and not "
                     "util.is_uuid('')\n"
                     "end }",
                     *session),
             StartsWith("ok: right"));
}

TEST_CASE("a wrong check is named with its line", "[script][check]") {
  const auto session = tests::connect(tests::fresh_database());
  CHECK_THAT(outcome("check.no_rows { sqll = 'x' }", *session),
             StartsWith("error m.lua:3: check.no_rows: unknown key \"sqll\"; did you mean \"sql\"?"));
  CHECK_THAT(outcome("check.no_rows {}", *session), StartsWith("error m.lua:3: check.no_rows: missing key \"sql\""));
  CHECK_THAT(outcome("check.no_rows { sql = 5 }", *session),
             StartsWith("error m.lua:3: check.no_rows.sql: expected string, got number"));
  CHECK_THAT(outcome("check.no_row { sql = 'x' }", *session),
             StartsWith("error m.lua:3: there is no check.no_row; did you mean \"no_rows\"?"));
  CHECK_THAT(outcome("check.no_rows { sql = 'select nme from pg_class' }", *session),
             StartsWith("error m.lua:3 in preflight"));
}
