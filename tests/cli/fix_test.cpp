// `waxwing fix` on a real database: what a fix may do, and that its undo brings every row back as it was.
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "support/catch.hpp"
#include "support/program_project.hpp"

using nlohmann::json;
using tests::ProgramProject;

namespace {

std::string fix_file(const std::string& header, const std::string& body, const std::string& checks = "") {
  return "local f = fix { name = 'x', reason = 'rows are wrong', " + header + " }\n" + checks +
         "function f.run(params)\n" + body + "\nend\nreturn f\n";
}

/// The rows of all tables of the schemas app and public as text.
std::string rows_of(const ProgramProject& project) {
  const auto connection = tests::connect(project.url());
  connection->query("SET search_path = pg_catalog");
  const postgres::Result tables = connection->query(
      "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('app', "
      "'public') ORDER BY 1");
  std::string text;
  for (std::size_t i = 0; i < tables.rows(); ++i)
    text += tables.text(i, 0) + ": " +
            connection
                ->query("SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM ONLY " +
                        tables.text(i, 0) + " t")
                .text(0, 0) +
            "\n";
  return text;
}

std::string triggers_of(const ProgramProject& project) {
  return tests::connect(project.url())
      ->query(
          "SELECT coalesce(string_agg(tgname::text || tgenabled::text, ' ' ORDER BY tgname), '') FROM pg_trigger WHERE "
          "NOT "
          "tgisinternal")
      .text(0, 0);
}

std::string commit(const ProgramProject& project, std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"fix", "run", "x", "--commit", "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const auto result = project.waxwing(words);
  INFO(result.out << result.err);
  REQUIRE(result.status == 0);
  return json::parse(result.out)["run"].get<std::string>();
}

/// Runs the fix, undoes it, and undoes the undo: every table is as it was, each time.
void must_go_round(const ProgramProject& project) {
  const std::string before = rows_of(project), triggers = triggers_of(project);
  const std::string run = commit(project);
  const std::string after = rows_of(project);
  CHECK(before != after);
  CHECK(triggers_of(project) == triggers);
  const auto undone = project.waxwing({"fix", "undo", run, "--json"});
  INFO(undone.out << undone.err);
  REQUIRE(undone.status == 0);
  CHECK(rows_of(project) == before);
  CHECK(triggers_of(project) == triggers);
  const auto redone = project.waxwing({"fix", "undo", json::parse(undone.out)["run"].get<std::string>()});
  INFO(redone.out << redone.err);
  REQUIRE(redone.status == 0);
  CHECK(rows_of(project) == after);
}

}  // namespace

TEST_CASE("a fix is tried, kept, told and undone", "[cli][fix]") {
  const ProgramProject project(
      "create table users (id int primary key, email text, tenant uuid); insert into users values (1, 'a@x', null), "
      "(2, "
      "'b@x', null), (3, null, null)");
  project.write(
      "fixes/x.lua",
      fix_file("ticket = 'T-1', touches = { 'users' }, expect_rows = { max = 2 }, params = { tenant = { 'Tenant "
               "id', type = 'uuid', required = true }, token = { type = 'text', secret = true } }",
               "  db.execute('update users set tenant = $1 where email is not null', params.tenant)",
               "f.preflight = { check.no_rows { doing = 'Looking', ok = 'fine', failed = 'bad', sql = 'select "
               "id from users where id > 100' } }\n"));
  const std::string tenant = "tenant=6f1c0a4e-93f2-4a53-9a5c-2f6f0c6a8f11";
  const std::string before = rows_of(project);

  const auto tried = project.waxwing({"fix", "run", "x", "--param", tenant, "--json"});
  INFO(tried.out << tried.err);
  REQUIRE(tried.status == 0);
  const json dry = json::parse(tried.out);
  CHECK(dry["committed"] == false);
  CHECK(dry["tables"] == json::parse(R"([{"table": "public.users", "inserted": 0, "updated": 2, "deleted": 0}])"));
  CHECK(dry["changes"][0]["identity"] == json{{"id", "1"}});
  CHECK(dry["changes"][0]["before"]["tenant"] == nullptr);
  CHECK(dry["changes"][0]["after"]["tenant"] == tenant.substr(7));
  CHECK(rows_of(project) == before);
  // A dry run leaves nothing at all.
  CHECK_FALSE(tests::connect(project.url())->query("SELECT to_regclass('waxwing.fix') IS NOT NULL").boolean(0, 0));

  const std::string run = commit(project, {"--param", tenant, "--param", "token=s3cr3t-s3cr3t"});
  CHECK(rows_of(project) != before);
  const json told = json::parse(project.waxwing({"fix", "show", run.substr(0, 8), "--json"}).out);
  CHECK(told["ticket"] == "T-1");
  CHECK(told["parameters"]["token"] == "***");
  CHECK(told["changes"].size() == 2);
  const auto stored = tests::connect(project.url())
                          ->query(
                              "select (select string_agg(f::text, ' ') from waxwing.fix f) || (select "
                              "string_agg(e::text, ' ') from waxwing.event e)");
  CHECK(stored.text(0, 0).find("s3cr3t") == std::string::npos);
  const std::string report = project.waxwing({"report", run}).out;
  CHECK_THAT(report, ContainsSubstring("# Fix Report: ") && ContainsSubstring("**Ticket:** T-1") &&
                         ContainsSubstring("tenant = " + tenant.substr(7)) && ContainsSubstring("token = \\*\\*\\*") &&
                         ContainsSubstring("update users set tenant") &&
                         ContainsSubstring("waxwing fix undo " + run.substr(0, 8)) &&
                         !ContainsSubstring("igration declares"));

  const auto again = project.waxwing({"fix", "run", "x", "--param", tenant, "--param", "token=other", "--commit"});
  CHECK(again.status == 0);
  CHECK_THAT(again.out, ContainsSubstring("was already run as " + run.substr(0, 8)));
  CHECK(project.waxwing({"fix", "undo", run}).status == 0);
  CHECK(rows_of(project) == before);
  CHECK_THAT(project.waxwing({"fix", "undo", run}).out, ContainsSubstring("already undone"));
  const json history = json::parse(project.waxwing({"fix", "history", "--json"}).out)["runs"];
  REQUIRE(history.size() == 2);
  CHECK(history[0]["undoes"] == run);
  CHECK(history[1]["undone_by"] == history[0]["run"]);
  // Undone, it may be run again.
  CHECK(commit(project, {"--param", tenant}) != run);
}

TEST_CASE("a fix is stopped before anything is kept", "[cli][fix]") {
  const ProgramProject project(
      "create table a (id int primary key, v int); insert into a select n, n from generate_series(1, 10) n; create "
      "table "
      "b (id int primary key); create table bare (v int); insert into bare values (1); create view seen as select * "
      "from a;"
      "create function other() returns void language sql as 'insert into b values (1)';"
      "create function cut() returns void language plpgsql as 'begin truncate b; end'");
  const std::string before = rows_of(project);
  const auto refused = [&](const std::string& header, const std::string& body, int status, const std::string& says) {
    project.write("fixes/x.lua", fix_file(header, body));
    const auto result = project.waxwing({"fix", "run", "x", "--commit"});
    INFO(header << "\n" << body << "\n" << result.out << result.err);
    CHECK(result.status == status);
    CHECK_THAT(result.err, ContainsSubstring(says));
    CHECK(rows_of(project) == before);
    CHECK(triggers_of(project).empty());
  };
  refused("touches = { 'a' }, expect_rows = { max = 3 }", "db.execute('update a set v = 0 where id > 5')", 9, "5 rows");
  refused("touches = { 'a' }, expect_rows = 3", "db.execute('update a set v = 0 where id > 8')", 9, "2 rows");
  refused("touches = { 'a' }", "db.execute('update a set v = 0')", 9, "has no WHERE");
  refused("touches = { 'a' }", "db.execute('with d as (delete from a returning id) select count(*) from d')", 9,
          "DELETE FROM a has no WHERE");
  refused("touches = { 'a' }", "db.execute('insert into b values (1)')", 9, "does not name");
  refused("touches = { 'a' }", "db.value('select other()')", 9, "public.b");
  refused("touches = { 'a' }", "db.execute('truncate a')", 9, "TRUNCATE");
  refused("touches = { 'a', 'b' }", "db.value('select cut()')", 9, "TRUNCATE");
  refused("touches = { 'a' }", "db.value('select cut()')", 9, "public.b");
  refused("touches = { 'a' }", "db.execute('alter table a add w int')", 9, "ALTER");
  refused("touches = { 'a' }", "db.autocommit(function() end)", 1, "commit by itself");
  refused("touches = { 'bare' }", "db.execute('update bare set v = 2 where v = 1')", 9, "no primary key");
  refused("touches = { 'seen' }", "db.execute('update seen set v = 2 where v = 1')", 9, "touches");
  refused("touches = { 'a' }, needs_revision = 'abc'", "", 9, "needs revision abc");
  refused("touches = { 'a' }, tuches = 1", "", 2, "did you mean \"touches\"?");
  refused("", "", 2, "touches");
  refused("touches = { 'a' }, params = { n = { type = 'integer', required = true } }", "", 2, "--param n=");
  const auto no_integer = project.waxwing({"fix", "run", "x", "--param", "n=three"});
  CHECK(no_integer.status == 2);
  CHECK_THAT(no_integer.err, ContainsSubstring("is no integer"));
  const auto unknown = project.waxwing({"fix", "run", "x", "--param", "m=3"});
  CHECK_THAT(unknown.err, ContainsSubstring("unknown parameter \"m\""));
  project.write("fixes/x.lua", fix_file("touches = { 'a' }", "db.execute('update a set v = -1 where id = 1')",
                                        "f.verify = { check.no_rows { doing = 'Looking', ok = 'fine', failed = 'bad', "
                                        "sql = 'select id from a where v < 0' } }\n"));
  CHECK(project.waxwing({"fix", "run", "x", "--commit"}).status == 6);
  CHECK(rows_of(project) == before);
}

TEST_CASE("an undo brings back what keys and triggers changed along", "[cli][fix]") {
  const ProgramProject project(
      "create table parent (id int primary key, code text unique, n int);"
      "create table child (id int primary key, parent int references parent on delete cascade, boss int references "
      "child);"
      "create table loose (id int primary key, parent int references parent on delete set null);"
      "create table egg (id int primary key, hen int); create table hen (id int primary key, egg int not null "
      "references "
      "egg); alter table egg add foreign key (hen) references hen;"
      "create table audit (id bigint generated always as identity primary key, what text);"
      "create function note() returns trigger language plpgsql as $$ begin insert into audit (what) values (tg_op || ' "
      "' "
      "|| coalesce(old.id, new.id)); return coalesce(new, old); end $$;"
      "create trigger note before insert or update or delete on parent for each row execute function note();"
      "create function bump() returns trigger language plpgsql as $$ begin if new.n < 100 then update parent set n = n "
      "+ "
      "100 where id = new.id; end if; return null; end $$;"
      "create trigger bump after update on parent for each row execute function bump();"
      "insert into parent select n, 'c' || n, n from generate_series(1, 6) n; insert into child values (1, 1, null), "
      "(2, "
      "1, 1), (3, 2, 2), (4, 2, 4); insert into loose values (1, 1), (2, 2);"
      "insert into egg values (1, null); insert into hen values (1, 1); update egg set hen = 1;");
  project.write("fixes/x.lua", fix_file("touches = { 'parent', 'child', 'audit', 'egg', 'hen' }",
                                        "  db.execute('delete from child where id = 3')\n"
                                        "  db.execute('delete from parent where id = 1')\n"
                                        "  db.execute('update parent set n = n + 1 where id in (3, 4)')\n"
                                        "  db.execute('update parent set id = 50 where id = 5')\n"
                                        "  db.execute([[insert into parent values (70, 'c1', 1)]])\n"
                                        "  db.execute('insert into child values (70, 70, 70)')\n"
                                        "  db.execute('update egg set hen = null where id = 1')\n"
                                        "  db.execute('delete from hen where id = 1')\n"
                                        "  db.execute('delete from egg where id = 1')\n"
                                        "  db.execute([[update parent set code = 'spare' where code = 'c3']])\n"
                                        "  db.execute([[update parent set code = 'c3' where code = 'c4']])\n"
                                        "  db.execute([[update parent set code = 'c4' where code = 'spare']])\n"));
  const auto swapped = project.waxwing({"fix", "run", "x"});
  INFO(swapped.out << swapped.err);
  CHECK(swapped.status == 0);
  SECTION("without a swap of unique values") {
    std::string text = base::read_file(project.path() + "/fixes/x.lua");
    text.erase(text.find("  db.execute([[update parent set code = 'spare'"));
    project.write("fixes/x.lua", text + "end\nreturn f\n");
    must_go_round(project);
  }
  SECTION("a swap of unique values in a table without such keys") {
    project.write("fixes/x.lua", fix_file("touches = { 'pair' }",
                                          "  db.execute('update pair set v = 0 where id = 1')\n"
                                          "  db.execute('update pair set v = 1 where id = 2')\n"
                                          "  db.execute('update pair set v = 2 where id = 1')\n"));
    tests::connect(project.url())
        ->query("create table pair (id int primary key, v int unique); insert into pair values (1, 1), (2, 2)");
    must_go_round(project);
  }
}

TEST_CASE("values of every kind come back exactly", "[cli][fix]") {
  const ProgramProject project(
      "create schema app; create type app.mood as enum ('low', 'High one'); create domain app.small as int check "
      "(value < "
      "100); create type app.pair as (a int, b text); create type app.span as range (subtype = numeric);"
      "create table app.\"Odd Table\" (\"Id\" bigint generated always as identity primary key, \"big\" int8, num "
      "numeric, "
      "f float8, f4 float4, d date, ts timestamp, tz timestamptz, i interval, t text, arr text[], nums numeric[], j "
      "json, jb "
      "jsonb, b bytea, m app.mood, moods app.mood[], sm app.small, p app.pair, r int4range, sp app.span, ip inet, u "
      "uuid, x "
      "xml, mo money, bits varbit, pt point, reg regclass, tsv tsvector, c char(5), \"two\" int generated always as "
      "(length(t) "
      "* 2) stored);"
      "insert into app.\"Odd Table\" (big, num, f, f4, d, ts, tz, i, t, arr, nums, j, jb, b, m, moods, sm, p, r, sp, "
      "ip, u, x, mo, "
      "bits, pt, reg, tsv, c) values "
      "(9223372036854775807, 1.0000, 'NaN', 0.1, '0044-03-15 BC', 'infinity', '-infinity', '-1 mon +2 days "
      "-03:04:05.000001', "
      "E'a\\\\b\"c,()\\n', '{NULL,\"\",\"NULL\",\"a,b\"}', '{NaN,1.10}', '{\"n\": 12345678901234567890123.10, \"n\":  "
      "1}', "
      "'{\"n\": 12345678901234567890123.10}', '\\x00ff', 'High one', '{low,\"High one\"}', 7, '(1,\"x\"\"y\")', "
      "'[1,5)', "
      "'[1.50,)', '::1/64', gen_random_uuid(), '<a>&amp;</a>', 12.34, '1010', '(1.5,-0)', 'pg_class', 'a:1 b', 'ab'),"
      "(null, 'NaN', '-infinity', '-0', 'infinity', null, '0044-03-15 00:00:00+00 BC', null, '', '{}', null, null, "
      "null, '', null, "
      "null, null, '(,)', 'empty', null, null, null, null, null, null, null, null, null, null),"
      // Before PostgreSQL 14 a numeric was never infinite.
      "(null, (case when current_setting('server_version_num')::int < 140000 then 'NaN' else 'Infinity' end)::numeric, "
      "1e-300, null, null, null, null, null, null, null, null, null, null, null, null, null, null, "
      "null, null, "
      "null, null, null, null, null, null, null, null, null, null)");
  SECTION("updated") {
    project.write(
        "fixes/x.lua",
        fix_file("touches = { 'app.\"Odd Table\"' }",
                 "db.execute([[update app.\"Odd Table\" set t = coalesce(t, '') || 'x', num = 1, m = "
                 "'low', arr = null, tz = now(), j = null, p = '(2,)', f = 0, d = null, i = '1 day', mo = 0, sp = null "
                 "where \"Id\" > 0]])"));
    must_go_round(project);
  }
  SECTION("deleted") {
    project.write("fixes/x.lua", fix_file("touches = { 'app.\"Odd Table\"' }",
                                          "db.execute([[delete from app.\"Odd Table\" where \"Id\" > 0]])"));
    must_go_round(project);
  }
  SECTION("a kept row is in no migration's way") {
    project.write("fixes/x.lua", fix_file("touches = { 'app.\"Odd Table\"' }",
                                          "db.execute([[delete from app.\"Odd Table\" where \"Id\" > 0]])"));
    const std::string run = commit(project);
    tests::connect(project.url())
        ->query("alter table app.\"Odd Table\" drop column m, drop column moods, add extra int; drop type app.mood");
    const auto undone = project.waxwing({"fix", "undo", run});
    CHECK(undone.status == 9);
    CHECK_THAT(undone.err, ContainsSubstring("has lost the column m"));
  }
}

TEST_CASE("partitions and children come back to where they were", "[cli][fix]") {
  const ProgramProject project(
      "create table part (k int, v text, primary key (k)) partition by range (k);"
      "create table part_low (v text, k int not null); alter table part attach partition part_low for values from (0) "
      "to (100);"
      "create table part_high partition of part for values from (100) to (200);"
      "create table base_t (id int primary key, v text); create table kid (extra text, primary key (id)) inherits "
      "(base_t);"
      "insert into part select n, 'v' || n from generate_series(90, 110) n; insert into base_t values (1, 'a'); insert "
      "into kid "
      "values (2, 'b', 'e')");
  SECTION("partitions") {
    project.write("fixes/x.lua", fix_file("touches = { 'part' }",
                                          "db.execute('update part set k = k + 50 where k between 95 and 99')\n"
                                          "db.execute([[update part_low set v = 'direct' where k = 91]])\n"
                                          "db.execute('delete from part_high where k = 105')\n"
                                          "db.execute([[insert into part values (7, 'new')]])"));
    must_go_round(project);
  }
  SECTION("one partition is named") {
    project.write("fixes/x.lua",
                  fix_file("touches = { 'part_low' }", "db.execute([[update part set v = 'x' where k in (91, 101)]])"));
    must_go_round(project);
  }
  SECTION("inheritance") {
    project.write("fixes/x.lua", fix_file("touches = { 'base_t' }",
                                          "db.execute([[update base_t set v = v || '!' where id > 0]])\n"
                                          "db.execute('delete from base_t where id = 2')"));
    must_go_round(project);
  }
  SECTION("rows that only identify_by tells apart") {
    tests::connect(project.url())
        ->query(
            "create table bare (a int, b text, v int); insert into bare values (1, null, 1), (1, 'x', 2), (null, 'x', "
            "3)");
    project.write(
        "fixes/x.lua",
        fix_file("touches = { 'bare' }, identify_by = { 'a', 'b' }",
                 "db.execute('update bare set v = v + 10 where v < 3')\ndb.execute('delete from bare where v = 3')"));
    must_go_round(project);
    tests::connect(project.url())->query("insert into bare values (1, 'x', 1), (1, 'x', 2)");
    CHECK_THAT(project.waxwing({"fix", "run", "x"}).err, ContainsSubstring("does not tell the rows"));
  }
}

TEST_CASE("an undo leaves alone what changed since", "[cli][fix]") {
  const ProgramProject project(
      "create table t (id int primary key, v text); insert into t select n, 'v' from generate_series(1, 5) n");
  project.write("fixes/x.lua", fix_file("touches = { 't' }",
                                        "db.execute([[update t set v = 'w' where id < 5]])\ndb.execute([[insert into "
                                        "t values (9, 'new')]])"));
  const std::string run = commit(project);
  const auto sql = [&](const std::string& text) { return tests::connect(project.url())->query(text).text(0, 0); };
  sql("update t set v = 'later' where id = 2 returning 1");
  sql("delete from t where id = 3 returning 1");
  const auto refused = project.waxwing({"fix", "undo", run});
  INFO(refused.out << refused.err);
  CHECK(refused.status == 6);
  CHECK_THAT(refused.err, ContainsSubstring("t (id 2): v is now later, the fix left w"));
  CHECK_THAT(refused.err, ContainsSubstring("t (id 3): the row is gone"));
  const char* all = "select string_agg(id || v, ' ' order by id) from t";
  CHECK(sql(all) == "1w 2later 4w 5v 9new");
  SECTION("some are chosen") {
    CHECK(project.waxwing({"fix", "undo", run, "--where", "id = 1 or v = 'new'"}).status == 0);
    CHECK(sql(all) == "1v 2later 4w 5v");
    CHECK_THAT(project.waxwing({"fix", "history"}).out, ContainsSubstring("partly undone"));
    const auto rest = project.waxwing({"fix", "undo", run, "--skip-conflicts", "--json"});
    INFO(rest.out << rest.err);
    CHECK(rest.status == 0);
    CHECK(json::parse(rest.out)["skipped"] == 2);
    CHECK(json::parse(rest.out)["already_back"] == 2);
    CHECK(sql(all) == "1v 2later 4v 5v");
  }
  SECTION("a dry run keeps nothing") {
    CHECK(project.waxwing({"fix", "undo", run, "--skip-conflicts", "--dry-run"}).status == 0);
    CHECK(sql(all) == "1w 2later 4w 5v 9new");
  }
  SECTION("what others have tied to the rows stays") {
    sql("create table r (id int primary key, t int references t on delete cascade); insert into r values (1, 9) "
        "returning 1");
    const auto stopped = project.waxwing({"fix", "undo", run, "--skip-conflicts"});
    INFO(stopped.out << stopped.err);
    CHECK(stopped.status == 1);
    CHECK_THAT(stopped.err, ContainsSubstring("would change 1 row of r"));
    CHECK(sql(all) == "1w 2later 4w 5v 9new");
  }
}

TEST_CASE("runs that keep nothing are in the ledger, and are no fixes", "[cli][fix]") {
  const ProgramProject project("create table t (id int primary key, v text); insert into t values (1, 'a'), (2, 'a')");
  const auto write = [&](const std::string& header) {
    project.write(
        "fixes/x.lua",
        fix_file(header + ", params = { word = { type = 'text', secret = true, required = true } }",
                 "  db.execute('update t set v = $1 where id = 1', params.word)",
                 "f.preflight = { check.no_rows { doing = 'Looking', ok = 'fine', failed = 'bad', sql = 'select "
                 "id from t where id = 3' } }\n"));
  };
  const auto history = [&] { return json::parse(project.waxwing({"fix", "history", "--json"}).out); };
  // A run that keeps nothing does not make a ledger either.
  REQUIRE(project.waxwing({"ensure_version"}).status == 0);
  const std::string before = rows_of(project);
  write("ticket = 'T-1', touches = { 't' }");
  CHECK(project.waxwing({"fix", "run", "x", "--param", "word=hunter2-hunter2"}).status == 0);
  CHECK(project.waxwing({"fix", "run", "x"}).status == 2);
  write("touches = { 't' }, needs_revision = 'abc'");
  CHECK(project.waxwing({"fix", "run", "x", "--param", "word=hunter2-hunter2", "--commit"}).status != 0);
  write("touches = { 't' }, expect_rows = { min = 5 }");
  CHECK(project.waxwing({"fix", "run", "x", "--param", "word=hunter2-hunter2"}).status == 9);
  CHECK(project.waxwing({"fix", "run", "x", "--param", "word=hunter2-hunter2", "--commit"}).status == 9);
  const auto connection = tests::connect(project.url());
  connection->query("insert into t values (3, 'a')");
  write("touches = { 't' }");
  CHECK(project.waxwing({"fix", "run", "x", "--param", "word=hunter2-hunter2", "--commit"}).status != 0);

  const json told = history();
  INFO(told.dump(1));
  CHECK(told["runs"].empty());
  REQUIRE(told["attempts"].size() == 6);
  std::vector<std::string> outcomes, codes;
  for (const json& each : told["attempts"]) {
    outcomes.push_back(each["outcome"]);
    codes.push_back(each["detail"].contains("error") ? each["detail"]["error"]["code"] : json(""));
  }
  CHECK(outcomes == std::vector<std::string>{"refused", "refused", "refused", "refused", "refused", "dry run"});
  CHECK(codes == std::vector<std::string>{"WAX-5001", "WAX-8104", "WAX-8104", "WAX-8102", "WAX-8101", ""});
  CHECK(told["attempts"][5]["ticket"] == "T-1");
  CHECK(told["attempts"][5]["detail"]["tables"][0]["updated"] == 1);
  CHECK(told["attempts"][5]["detail"]["parameters"]["word"] == "***");
  CHECK(told.dump().find("hunter2") == std::string::npos);
  CHECK_THAT(project.waxwing({"fix", "history"}).out, ContainsSubstring("dry run") && ContainsSubstring("refused"));
  const std::string attempt = told["attempts"][5]["run"];
  CHECK_THAT(project.waxwing({"fix", "undo", attempt}).err, ContainsSubstring("there is no run"));
  CHECK(connection->query("select string_agg(v, ',') from t").value(0, 0) == "a,a,a");

  connection->query("delete from t where id = 3");
  CHECK(rows_of(project) == before);
  const std::string run = commit(project, {"--param", "word=b"});
  CHECK(project.waxwing({"fix", "undo", run, "--dry-run"}).status == 0);
  const json after = history();
  CHECK(after["runs"].size() == 1);
  CHECK(after["runs"][0]["undone_by"] == nullptr);
  CHECK(after["attempts"].size() == 7);
  CHECK(after["attempts"][0]["detail"]["undoes"] == run);
}

TEST_CASE("rows are kept for as long as the setting says", "[cli][fix]") {
  const ProgramProject project("create table t (id int primary key, v int, s serial); insert into t values (1, 1)");
  project.write("fixes/x.lua", fix_file("touches = { 't' }",
                                        "db.execute('update t set v = v + 1 where id = 1')\n"
                                        "db.execute('insert into t (id) select max(id) + 1 from t')\n"
                                        "db.execute([[notify news]])"));
  const auto first = project.waxwing({"fix", "run", "x", "--commit", "--json"});
  INFO(first.out << first.err);
  REQUIRE(first.status == 0);
  CHECK(json::parse(first.out)["lasting"] == json{"NOTIFY news", "sequence public.t_s_seq"});
  const std::string run = json::parse(first.out)["run"];
  tests::connect(project.url())->query("update waxwing.fix set committed_at = committed_at - interval '31 days'");
  commit(project, {"--again"});
  const auto late = project.waxwing({"fix", "undo", run});
  CHECK(late.status == 9);
  CHECK_THAT(late.err, ContainsSubstring("fix_retention_days is 30"));
  CHECK(tests::connect(project.url())
            ->query("select count(*) from pg_class where relname like 'fix\\_rows\\_%' and relkind = 'r'")
            .integer(0, 0) == 1);
  // Of the kept ones the first change is a row that changed twice since.
  CHECK(project.waxwing({"fix", "show", run}).status == 0);
}

TEST_CASE("fix writes, lists and explains files", "[cli][fix]") {
  const ProgramProject project;
  CHECK_THAT(project.waxwing({"fix", "list"}).out, ContainsSubstring("no fixes"));
  CHECK_THAT(project.waxwing({"fix", "history"}).out, ContainsSubstring("no fix was run"));
  const auto made = project.waxwing({"fix", "new", "orphans"});
  CHECK(made.status == 0);
  CHECK_THAT(made.out, ContainsSubstring("_orphans.lua"));
  CHECK(project.waxwing({"fix", "new", "orphans"}).status == 2);
  CHECK(json::parse(project.waxwing({"fix", "list", "--json"}).out)["fixes"][0]["name"] == "orphans");
  CHECK(project.waxwing({"fix", "show", "nothing"}).status == 2);
  CHECK(project.waxwing({"fix", "run", "nothing"}).status == 2);
  CHECK(project.waxwing({"fix", "walk"}).status == 2);
  CHECK(project.waxwing({"fix", "run"}).status == 2);
}
