// Databases that are not friendly: traps in the search_path, a role without rights beyond its own, old encodings.
#include <fmt/format.h>

#include <filesystem>

#include "base/files.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"
#include "support/temporary_folder.hpp"
#include "support/waxwing_program.hpp"

namespace {

struct Project : tests::TemporaryFolder {
  Project() {
    std::filesystem::create_directories(path() + "/migrations");
    base::write_file(path() + "/waxwing.lua", "return {}");
    base::write_file(path() + "/migrations/a.lua", R"lua(
local m = migration { revision = "a" }
m.preflight = { check.no_table { name = "books" }, check.that { test = function() return not schema.has_table("books") end } }
function m.upgrade()
  op.create_table { name = "books", columns = { { name = "id", type = "integer", primary_key = true }, { name = "title", type = "text" } } }
  op.create_table { name = "loans", columns = { { name = "book_id", type = "integer" } } }
  op.create_foreign_key { table = "loans", columns = { "book_id" }, references = { table = "books", columns = { "id" } } }
  op.bulk_insert { table = "books", rows = { { id = 1, title = "one" } } }
  db.execute("insert into loans values ($1)",
                     1) end m.verify = {
      check.column{table = "books", name = "title", type = "text"},
      check.references{table = "loans", columns = {"book_id"}, ref_table = "books"},
      check.unique{table = "books", columns = {"title"}},
      check.not_null{table = "books", column = "title"},
      check.castable{table = "books", column = "id", type = "integer"}
    } function m.downgrade() op.drop_foreign_key {
      table = "loans", columns = { "book_id" }
    }
  op.drop_table { name = "loans" }
  op.drop_table { name = "books" }
end
return m
)lua");
    base::write_file(path() + "/migrations/b.lua", R"lua(
local m = migration { revision = "b", revises = "a", transaction = "none" }
function m.upgrade()
  op.create_index { table = "books", columns = { "title" }, name = "books_title", concurrently = true }
end
function m.downgrade()
  op.drop_index { name = "books_title", concurrently = true }
end
return m
)lua");
  }
  base::ProcessResult waxwing(std::vector<std::string> words, const postgres::Url& url) const {
    words.insert(words.end(), {"-C", path(), "--url", url.conninfo()});
    return tests::waxwing(words);
  }
  /// Every command that touches the database.
  void run_everything(const postgres::Url& url) const {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"ping"},
                                                                                       {"preflight", "a"},
                                                                                       {"upgrade", "head"},
                                                                                       {"current", "-v"},
                                                                                       {"status"},
                                                                                       {"verify"},
                                                                                       {"history", "-i"},
                                                                                       {"plan", "head"},
                                                                                       {"downgrade", "-1"},
                                                                                       {"upgrade", "+1"},
                                                                                       {"downgrade", "base"},
                                                                                       {"stamp", "head"},
                                                                                       {"stamp", "--purge", "base"},
                                                                                       {"upgrade", "a"}}) {
      const base::ProcessResult result = waxwing(words, url);
      INFO(words[0] << "\n" << result.out << result.err);
      CHECK(result.status == 0);
    }
  }
};

/// A role of its own that owns the database and nothing else.
postgres::Url of_an_ordinary_owner(const std::string& role) {
  postgres::Url url = tests::fresh_database();
  const auto superuser = tests::connect(url);
  superuser->query(fmt::format("CREATE ROLE {} LOGIN", role));
  superuser->query(
      fmt::format("ALTER DATABASE {} OWNER TO {}; ALTER SCHEMA public OWNER TO {}", url.database(), role, role));
  url.set("user", role);
  return url;
}

}  // namespace

TEST_CASE("an ordinary owner role is enough", "[cli][hostile]") {
  if (tests::lacks_superuser()) return;
  const Project project;
  project.run_everything(of_an_ordinary_owner("waxwing_owner"));
}

TEST_CASE("no trap in the search_path fires", "[cli][hostile]") {
  if (tests::lacks_superuser()) return;
  const Project project;
  int count = 0;
  for (const char* path : {"trap, public", "trap, pg_catalog, public", "pg_catalog, trap, public"}) {
    INFO(path);
    const std::string role = fmt::format("waxwing_trapped_{}", ++count);
    const postgres::Url url = of_an_ordinary_owner(role);
    const auto superuser = tests::connect(url);
    // Operators and functions with every pair of arguments that PostgreSQL itself has no exact match for, and some it
    // has.
    superuser->query("CREATE SCHEMA trap; GRANT USAGE ON SCHEMA trap TO PUBLIC");
    superuser->query(R"sql(
      DO $do$
      DECLARE
        types text[] := ARRAY['oid', 'int4', 'int8', 'text', 'name', '"char"', 'bool', 'uuid', 'varchar', 'regclass', 'timestamptz', 'float8'];
        one text; two text; operator text;
      BEGIN
        FOREACH one IN ARRAY types LOOP
          FOREACH two IN ARRAY types LOOP
            EXECUTE format('CREATE FUNCTION trap.fire(%s, %s) RETURNS bool LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION ''a trap fired''; END $f$', one, two);
            FOREACH operator IN ARRAY ARRAY['=', '<>', '<', '>', '~', '!~', '~~', '/', '-', '||'] LOOP
              EXECUTE format('CREATE OPERATOR trap.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = trap.fire)', operator, one, two);
            END LOOP;
          END LOOP;
          FOREACH operator IN ARRAY ARRAY['lower', 'upper', 'format', 'quote_ident', 'quote_literal', 'to_regclass', 'length', 'btrim', 'count', 'max', 'current_setting', 'obj_description', 'pg_get_constraintdef'] LOOP
            EXECUTE format('CREATE FUNCTION trap.%I(%s) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION ''a trap fired''; END $f$', operator, one);
          END LOOP;
        END LOOP;
        CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION 'a trap fired'; END $f$;
        CREATE FUNCTION trap.pg_backend_pid() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION 'a trap fired'; END $f$;
        CREATE FUNCTION trap.pg_try_advisory_lock(int, int) RETURNS bool LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION 'a trap fired'; END $f$;
        CREATE TABLE trap.pg_class (oid oid); CREATE TABLE trap.pg_index (indexrelid oid); CREATE TABLE trap.pg_locks (pid int);
      END $do$)sql");
    superuser->query(fmt::format("ALTER ROLE {} SET search_path = {}", role, path));
    superuser->query("GRANT CREATE ON SCHEMA trap TO " + role);
    project.run_everything(url);
  }
}

TEST_CASE("databases in LATIN1 and SQL_ASCII", "[cli][hostile]") {
  const Project project;
  base::write_file(project.path() + "/migrations/c.sql",
                   "-- revision: c\n-- revises: b\n-- message: B\xC3\xBC"
                   "cher\n-- waxwing: up\ncreate table \"B\xC3\xBC"
                   "cher\" (t text default "
                   "'\xC3\xA4');\n-- waxwing: down\ndrop table \"B\xC3\xBC"
                   "cher\";\n");
  for (const char* encoding : {"LATIN1", "SQL_ASCII"}) {
    INFO(encoding);
    postgres::Url url = tests::superuser_url();
    const std::string name = fmt::format("test_{}", encoding);
    tests::connect(url)->query(fmt::format("DROP DATABASE IF EXISTS \"{0}\"", name));
    tests::connect(url)->query(fmt::format(
        "CREATE DATABASE \"{}\" ENCODING '{}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0", name, encoding));
    url.set("dbname", name);
    project.run_everything(url);
    const base::ProcessResult up = project.waxwing({"upgrade", "head"}, url);
    INFO(up.out << up.err);
    CHECK(up.status == 0);
    const base::ProcessResult history = project.waxwing({"history", "-i"}, url);
    CHECK_THAT(history.out, ContainsSubstring("B\xC3\xBC"
                                              "cher"));
    CHECK(project.waxwing({"verify"}, url).status == 0);
    CHECK(project.waxwing({"downgrade", "-1"}, url).status == 0);
  }
}
