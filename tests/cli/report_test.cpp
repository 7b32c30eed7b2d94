// waxwing report, as a user runs it.
#include <filesystem>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/client_programs.hpp"
#include "support/database.hpp"
#include "support/program_project.hpp"
#include "support/temporary_folder.hpp"
#include "support/waxwing_program.hpp"

namespace fs = std::filesystem;

namespace {

/// The book service of the documents on a database of its own.
struct BookService {
  tests::TemporaryFolder folder;
  postgres::Url url = tests::fresh_database();

  BookService() {
    fs::copy(fs::path(WAXWING_SOURCE_DIR) / "migrations", folder.path() + "/migrations");
    base::write_file(folder.path() + "/waxwing.lua", "return {}");
  }
  base::ProcessResult run(std::vector<std::string> words) const {
    words.insert(words.end(), {"-C", folder.path(), "--url", url.conninfo()});
    return tests::waxwing(words);
  }
};

}  // namespace

TEST_CASE("report tells the last run, a named one, and lists them", "[cli][report]") {
  if (tests::skips_for_pg_dump()) return;
  const BookService service;
  const base::ProcessResult none = service.run({"report"});
  CHECK(none.status == 2);
  CHECK_THAT(none.err, ContainsSubstring("no run is recorded in this database"));
  CHECK(service.run({"report", "--list"}).out == "no run is recorded in this database\n");

  REQUIRE(service.run({"upgrade", "1294713df196"}).status == 0);
  tests::connect(service.url)
      ->query(
          "DELETE FROM assignments; DELETE FROM activities; DELETE FROM book_assignments; DELETE FROM books; INSERT "
          "INTO books (dream_storage_id, title) VALUES ('4', 'BRAINS'); INSERT INTO activities (page_number, "
          "book_id) SELECT n, id FROM books, generate_series(1, 53) n");
  REQUIRE(service.run({"backup", "--label", "books"}).status == 0);
  const base::ProcessResult up = service.run({"upgrade", "head"});
  REQUIRE(up.status == 0);

  const base::ProcessResult markdown = service.run({"report"});
  INFO(markdown.err);
  REQUIRE(markdown.status == 0);
  // The transcript is what the run printed, line for line.
  const std::size_t begin = up.out.find("STARTING PRE-MIGRATION VALIDATION");
  const std::size_t end = up.out.find("PRE-MIGRATION VALIDATION PASSED");
  REQUIRE((begin != std::string::npos && begin < end && end != std::string::npos));
  CHECK_THAT(markdown.out, ContainsSubstring(up.out.substr(begin, end - begin)));
  for (const char* line : {
           "# Migration Report: Books are read from DCS by its integer id",
           "**Revision:** 72e10c4c221a",
           "- **Books:** 1 (dream\\_storage\\_id = \"4\", title = \"BRAINS\")",
           "- **Assignments:** 0",
           "✅ All books have dream\\_storage\\_id",
           "waxwing upgrade head",
           "-- OLD\nbook_id uuid NOT NULL (foreign key to books)\n\n-- NEW\ndcs_book_id integer NOT NULL",
           "ix_activities_dcs_book_id btree (dcs_book_id)",
           "| 4 | 53 |",
           "✅ All 53 activities successfully migrated with `dcs_book_id = 4`",
           "- No assignments in database, migration not applicable",
           "- Column structure correct and ready for new book assignments",
           "**Status:** **DROPPED**, with 1 book",
           "SELECT count(*) FROM public.activities WHERE dcs_book_id IS NULL;\n-- Result: 0, expected 0",
           "- `assignments_book_id_fkey` - REMOVED",
           "**Expected Result:** refused (exit 9), as designed ✅",
           "- **Pre-flight validation:**",
           "#### 1. **Update endpoints** (HIGH PRIORITY)",
           "- BookService cache hit rate (target: over 80 %)",
           "✅ The table books no longer exists",
           "? The application starts without import errors",
           "**Migration Revision:** 72e10c4c221a → migrate_books_to_dcs_ids",
       })
    CHECK_THAT(markdown.out, ContainsSubstring(line));
  // The backup that it requires is recorded.
  CHECK_THAT(markdown.out, ContainsSubstring("backups/pre_migration_books_"));
  CHECK_THAT(markdown.out, ContainsSubstring("Production-Ready") && !ContainsSubstring("Not Production-Ready"));

  const base::ProcessResult list = service.run({"report", "--list"});
  const std::vector<std::string> lines = base::split(list.out, '\n');
  REQUIRE(lines.size() >= 2);
  CHECK_THAT(lines[0], ContainsSubstring("upgrade head"));
  CHECK_THAT(lines[1], ContainsSubstring("upgrade 1294713df196"));
  const std::string first = base::split(lines[1], ' ')[1];
  const base::ProcessResult named = service.run({"report", first, "--json"});
  CHECK(named.status == 0);
  CHECK_THAT(named.out, ContainsSubstring("\"target\": \"1294713df196\""));
  CHECK(service.run({"report", "zzz"}).status == 2);

  const std::string page = service.folder.path() + "/report.html";
  const base::ProcessResult html = service.run({"report", "--html", "-o", page});
  CHECK(html.status == 0);
  CHECK(html.out.empty());
  CHECK_THAT(base::read_file(page), StartsWith("<!doctype html>"));
  CHECK(service.run({"report", "--html", "--md"}).status == 2);
}

TEST_CASE("a report tells tickets and the schema's version", "[cli][report]") {
  const tests::ProgramProject project;
  project.write(
      "migrations/a.lua",
      "local m = migration { revision = 'a', tickets = { ['BUG-009'] = 'fixed', ['BUG-011'] = 'no action needed' } "
      "}\nm.preflight = { check.env { names = { 'WAXWING_TEST_HERE' } } }\nfunction m.upgrade() "
      "db.execute('create table t (n int)') end\nfunction m.downgrade() end\nm.guide = { schema_version = "
      "'1.0.0' }\nreturn m\n");
  const base::ProcessResult refused = project.waxwing({"upgrade", "head"});
  CHECK(refused.status == 6);
  CHECK_THAT(refused.err, ContainsSubstring("Not set: WAXWING_TEST_HERE."));
  project.write(".env", "WAXWING_TEST_HERE=tell-nobody\n");
  const base::ProcessResult done = project.waxwing({"upgrade", "head"});
  REQUIRE(done.status == 0);
  CHECK_THAT(done.out, ContainsSubstring("Set: WAXWING_TEST_HERE") && !ContainsSubstring("tell-nobody"));
  CHECK_THAT(project.waxwing({"report"}).out,
             ContainsSubstring("**Tickets:** BUG-009 (fixed), BUG-011 (no action needed)") &&
                 ContainsSubstring("**Database Schema Version:** 1.0.0") && ContainsSubstring("**Last Updated:** 20"));
  CHECK_THAT(project.waxwing({"report", "--html"}).out, ContainsSubstring("Tickets: BUG-009 (fixed)") &&
                                                            ContainsSubstring("<dt>Schema version</dt><dd>1.0.0</dd>"));
}

TEST_CASE("a run with nothing to do is not recorded", "[cli][report]") {
  const BookService service;
  REQUIRE(service.run({"upgrade", "head"}).status == 0);
  const std::string before = service.run({"report", "--list"}).out;
  REQUIRE(service.run({"upgrade", "head"}).status == 0);
  CHECK(service.run({"report", "--list"}).out == before);
}
