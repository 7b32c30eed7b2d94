// `waxwing impact` and `waxwing rollback-plan` on the sample project and on small ones.
#include "migrate/impact.hpp"

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "support/catch.hpp"
#include "support/program_project.hpp"

using nlohmann::json;
using tests::ProgramProject;

namespace {

void copy_sample(const ProgramProject& project) {
  std::filesystem::copy(WAXWING_SOURCE_DIR "/migrations", project.path() + "/migrations",
                        std::filesystem::copy_options::recursive);
}

json table_of(const json& impact, const std::string& name) {
  for (const json& each : impact["tables"])
    if (each["name"] == name) return each;
  return {};
}

}  // namespace

TEST_CASE("the impact of the sample's irreversible revision", "[cli][impact]") {
  const ProgramProject project;
  copy_sample(project);
  REQUIRE(project.waxwing({"upgrade", "1294713df196"}).status == 0);
  tests::connect(project.url())
      ->query("create view shelf as select b.title, a.id from books b join assignments a on a.book_id = b.id");
  const auto found = project.waxwing({"impact", "72e10c4c221a", "--json"});
  INFO(found.err);
  REQUIRE(found.status == 0);
  const json impact = json::parse(found.out);
  CHECK(impact["statistics"] == json{"  - 15 books (table will be DROPPED)", "  - 42 assignments", "  - 238 activities",
                                     "  - 8 book assignments"});
  CHECK(impact["stopped"] == nullptr);
  const json books = table_of(impact, "books");
  CHECK(books["dropped"] == true);
  CHECK(books["rows"] == 15);
  const json assignments = table_of(impact, "assignments");
  CHECK(assignments["dropped_columns"] == json{"book_id"});
  CHECK(assignments["added_columns"] == json{"dcs_book_id"});
  CHECK(assignments["written"] == true);
  json views = json::array();
  for (const json& each : assignments["dependents"])
    if (each["kind"] == "view") views.push_back(each["name"]);
  CHECK(views == json{"shelf"});
  // Nothing was changed.
  CHECK(project.waxwing({"current"}).out == "1294713df196\n");
  CHECK(tests::connect(project.url())->query("select from books").rows() == 15);
}

TEST_CASE("the source that mentions what is dropped", "[cli][impact]") {
  const ProgramProject project(
      "create table books (id int primary key); create table loans (id int, book_id int references "
      "books, old_name text)");
  project.write(
      "migrations/a.sql",
      "-- revision: a\n-- revises:\n-- message: no books\n-- waxwing: up\nalter table loans drop column book_id, add "
      "column dcs_book_id int;\nalter table loans rename column old_name to name;\ndrop table books;\n-- waxwing: "
      "down\nselect 1;\n");
  project.write("src/models.py",
                "class Book(BookBase):\n    pass\nclass Bookkeeper: pass\nbook_ids = 3\nx = loan.book_id\n");
  project.write("src/app.ts", "import { BookPublic } from './api'\nconst old_name = 'x'\n");
  project.write("src/.git/config", "books\n");
  project.write("src/node_modules/x.js", "books\n");
  project.write("src/binary.bin", std::string("books\0\n", 7));
  project.write("src/huge.txt", std::string(3 << 20, 'a') + "\nbooks\n");
  const auto found = project.waxwing({"impact", "a", "--grep", "src"});
  REQUIRE(found.status == 0);
  CHECK_THAT(found.out, ContainsSubstring("src/app.ts:1: import { BookPublic } from './api'\n"
                                          "  src/app.ts:2: const old_name = 'x'\n"
                                          "  src/models.py:1: class Book(BookBase):\n"
                                          "  src/models.py:5: x = loan.book_id\n"
                                          "4 lines in 2 files, 2 binary or too large"));
  CHECK_THAT(found.out, ContainsSubstring("books (0 rows, ") &&
                            ContainsSubstring("foreign key loans_book_id_fkey (of loans to books)"));
  CHECK(project.waxwing({"impact", "a", "--grep", "no-such-folder"}).status == 2);
  CHECK(project.waxwing({"impact", "zzz"}).status == 2);
}

TEST_CASE("what stands on a dropped column is listed", "[cli][impact]") {
  const ProgramProject project(
      "create table books (id int primary key, shelf int, \"odd (name)\" int, note text, unique (shelf, note)); create "
      "index by_shelf on books (shelf); create view tall as select id, shelf from books; create view taller as select "
      "id from tall; create materialized view kept as select shelf from books; create function named() returns bigint "
      "language sql as 'select count(*) from BOOKS where shelf > 1'; create function other() returns int language sql "
      "as "
      "'select 1 -- bookshelf'; create function fires() returns trigger language plpgsql as 'begin new.shelf := 1; "
      "return "
      "new; end'; create trigger fires before insert on books for each row execute function fires()");
  project.write(
      "migrations/a.sql",
      "-- revision: a\n-- revises:\n-- message: no shelves\n-- waxwing: up\nalter table books drop column shelf "
      "cascade, drop column \"odd (name)\";\ndo $$ begin drop table if exists gone; end $$;\n-- waxwing: "
      "down\nselect 1;\n");
  const auto found = project.waxwing({"impact", "a"});
  INFO(found.out << found.err);
  REQUIRE(found.status == 0);
  CHECK_THAT(found.out, ContainsSubstring("    function fires() (by name only: its text has shelf)\n") &&
                            ContainsSubstring("    function named() (by name only: its text has books, shelf)\n") &&
                            ContainsSubstring("    index by_shelf (goes with it)\n") &&
                            ContainsSubstring("    materialized view kept\n") &&
                            ContainsSubstring("    unique constraint books_shelf_note_key (UNIQUE (shelf, note), goes "
                                              "with it)\n    view tall\n    view taller\n"));
  CHECK_THAT(found.out, !ContainsSubstring("other()"));
  CHECK_THAT(found.out,
             ContainsSubstring("what these statements do cannot be seen beforehand:\n  do $$ begin drop table "
                               "if exists gone; end $$") &&
                 ContainsSubstring("Bodies of functions are searched for names only."));
  CHECK(json::parse(project.waxwing({"impact", "a", "--json"}).out)["unread"].size() == 1);
}

TEST_CASE("a script that asks for what it has just made is followed up to there", "[cli][impact]") {
  const ProgramProject project("create table t (id int)");
  project.write(
      "migrations/a.lua",
      "local m = migration { revision = 'a' }\nfunction m.upgrade()\n  db.execute('drop table t')\n  "
      "db.execute('create table fresh (id int)')\n  db.value('select count(*) from fresh')\n  db.execute('drop table "
      "never')\nend\nfunction m.downgrade() end\nreturn m\n");
  const json impact = json::parse(project.waxwing({"impact", "a", "--json"}).out);
  CHECK(table_of(impact, "t")["dropped"] == true);
  CHECK(table_of(impact, "never").is_null());
  CHECK_THAT(impact["stopped"].get<std::string>(), StartsWith("migrations/a.lua:5"));
}

TEST_CASE("a revision that changes nothing has no impact", "[cli][impact]") {
  const ProgramProject project;
  project.write("migrations/a.sql",
                "-- revision: a\n-- revises:\n-- message: empty\n-- waxwing: up\n-- waxwing: down\n");
  CHECK(project.waxwing({"impact", "a"}).out == "a, empty\nit changes no table\n");
}

TEST_CASE("models are called as their tables, in the singular", "[cli][impact]") {
  CHECK(migrate::model_name("books") == "Book");
  CHECK(migrate::model_name("book_assignments") == "BookAssignment");
  CHECK(migrate::model_name("public.categories") == "Category");
  CHECK(migrate::model_name("boxes") == "Box");
  CHECK(migrate::model_name("addresses") == "Address");
  CHECK(migrate::model_name("status") == "Status");
}

TEST_CASE("the rollback plan names the backup that was made before the revision", "[cli][rollback]") {
  const ProgramProject project("create table t (id int); insert into t values (1), (2)");
  project.write("waxwing.lua",
                "return { application = { stop = './scripts/stop.sh', start = './scripts/start.sh', health = "
                "'curl -f http://localhost:8000/health' } }");
  project.write("migrations/a.lua",
                "--- drop t\nlocal m = migration { revision = 'a1', story = '24.3' }\nfunction m.upgrade() "
                "op.drop_table { name = 't' "
                "} end\nm.downgrade = irreversible('gone')\nreturn m\n");
  const auto nothing = project.waxwing({"rollback-plan", "a1"});
  CHECK(nothing.status == 0);
  CHECK_THAT(nothing.out,
             ContainsSubstring("there is no backup in backups yet") &&
                 ContainsSubstring("1. Stop the application\n     ./scripts/stop.sh\n     waxwing sessions "
                                   "--fail-if-any") &&
                 ContainsSubstring("  t: 2\n"));
  project.write("backups/pre_migration_24_3_20251221_230221.dump", "PGDMP older");
  project.write("backups/other_20251222_000000.dump", "PGDMP newer");
  project.write("backups/notes.txt", "not a dump");
  const json plan = json::parse(project.waxwing({"rollback-plan", "--json"}).out);
  CHECK(plan["applied"] == false);
  CHECK(plan["reversible"] == false);
  CHECK(plan["backup"]["path"] == "backups/pre_migration_24_3_20251221_230221.dump");
  CHECK(plan["backup"]["for_revision"] == true);
  CHECK(plan["counts"] == json{{"t", 2}});

  SECTION("a dump that is younger than the revision is no way back") {
    const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
    std::filesystem::last_write_time(project.path() + "/backups/other_20251222_000000.dump", old);
    std::filesystem::last_write_time(project.path() + "/backups/pre_migration_24_3_20251221_230221.dump",
                                     old + std::chrono::hours(3));
    REQUIRE(project.waxwing({"upgrade", "head", "--no-backup-i-know"}).status == 0);
    const json applied = json::parse(project.waxwing({"rollback-plan", "a1", "--json"}).out);
    CHECK(applied["applied"] == true);
    CHECK(applied["backup"]["path"] == "backups/other_20251222_000000.dump");
    CHECK(applied["backup"]["for_revision"] == false);
    // The table is gone; the record of the run knows its rows.
    CHECK(applied["counts"] == json{{"t", 2}});
    CHECK_THAT(project.waxwing({"rollback-plan", "a1"}).out,
               ContainsSubstring("Rows before the upgrade, which must be there afterwards:\n  t: 2\n"));
  }
  SECTION("as Markdown") {
    CHECK_THAT(
        project.waxwing({"rollback-plan", "a1", "--md"}).out,
        StartsWith("# Rollback of a1, drop t\n") && ContainsSubstring("\n```bash\npg_restore --clean --if-exists") ||
            ContainsSubstring("\n```bash\nwaxwing restore"));
  }
}

TEST_CASE("a reversible revision is undone by a downgrade", "[cli][rollback]") {
  const ProgramProject project;
  project.write(
      "migrations/a.sql",
      "-- revision: a\n-- revises:\n-- waxwing: up\ncreate table t (id int);\n-- waxwing: down\ndrop table t;\n");
  const json plan = json::parse(project.waxwing({"rollback-plan", "a", "--json"}).out);
  CHECK(plan["reversible"] == true);
  CHECK(plan["steps"][1]["commands"] == json{"waxwing downgrade base"});
  CHECK(plan["backup"] == nullptr);
}
