// What the ledger keeps of a run, and what keeping it costs.
#include <map>
#include <nlohmann/json.hpp>

#include "migrate/report/document.hpp"
#include "migrate/report/html.hpp"
#include "migrate/report/markdown.hpp"
#include "migrate/run_measure.hpp"
#include "postgres/sql_locks.hpp"
#include "support/catch.hpp"
#include "support/project.hpp"

using nlohmann::ordered_json;

namespace {

/// The report of the last run.
ordered_json report_of(tests::TestProject& files) {
  const auto connection = files.connect();
  const revisions::Ledger ledger("waxwing");
  const auto runs = ledger.read_runs(*connection, "", 1);
  REQUIRE(runs.size() == 1);
  return migrate::report_document(runs[0], ledger.read_events(*connection, runs[0].run), nullptr);
}

const ordered_json& table_of(const ordered_json& report, const std::string& name) {
  for (const ordered_json& table : report["tables"])
    if (table["table"] == name) return table;
  throw std::runtime_error("no table " + name + " in " + report["tables"].dump());
}

}  // namespace

TEST_CASE("the record of a run tells its checks, statements, changes and counts", "[migrate][report]") {
  tests::TestProject files;
  files.connect()->query(
      "CREATE TABLE books (id int PRIMARY KEY); CREATE TABLE lines (id int, book int REFERENCES books UNIQUE); "
      "INSERT INTO books VALUES (1), (2); INSERT INTO lines VALUES (1, 1), (2, 2), (3, NULL)");
  files.migration(
      "a", "",
      "op.add_column { table = 'lines', name = 'page', type = 'integer' }\n"
      "db.execute('update lines set page = 4')\n"
      "op.alter_column { table = 'lines', name = 'page', not_null = true }\n"
      "op.create_index { table = 'lines', columns = { 'page' } }\n"
      "op.drop_column { table = 'lines', name = 'book' }\nop.drop_table { name = 'books' }",
      "", "",
      "m.preflight = { check.no_rows { doing = 'Looking', ok = 'Fine', failed = 'Bad', sql = 'select 1 from "
      "books where id < 0' } }\nm.verify = { check.no_table { name = 'books' } }\n"
      "m.guide = { samples = { books = 'select id from books order by id' }, success_criteria = { 'by hand', "
      "{ text = 'one', sql = 'select true' }, { text = 'two', sql = 'select false' } } }\n");
  tests::run(files, "upgrade", "head");
  const ordered_json report = report_of(files);

  CHECK(report["status"] == "done");
  CHECK(report["from"] == "base");
  CHECK(report["to"] == "a");
  const ordered_json& migration = report["migrations"][0];
  REQUIRE(migration["checks"].size() == 3);
  CHECK(migration["checks"][0]["text"] == "Fine");
  CHECK_THAT(migration["checks"][0]["sql"][0].get<std::string>(), ContainsSubstring("books where id < 0"));
  CHECK(migration["checks"][1]["section"] == "verify");
  CHECK_THAT(migration["checks"][1]["sql"].dump(), !ContainsSubstring("update lines"));
  CHECK(migration["checks"][2]["text"] == "lines.page refuses NULL");
  REQUIRE(migration["checks"][2]["sql"].size() == 1);
  CHECK_THAT(migration["checks"][2]["sql"][0].get<std::string>(), ContainsSubstring("insert into lines (id, page)"));

  bool has_update = false;
  for (const ordered_json& statement : migration["statements"]) {
    if (statement["sql"] == "update lines set page = 4") {
      has_update = true;
      CHECK(statement["rows"] == 3);
      CHECK(statement["lock"] == "ROW EXCLUSIVE");
      CHECK(statement["phase"] == "data");
      CHECK_THAT(statement["place"].get<std::string>(), ContainsSubstring("migrations/a.lua:"));
    }
    CHECK(statement["sql"].get<std::string>().find("waxwing_check") == std::string::npos);
  }
  CHECK(has_update);
  CHECK(migration["samples"][0]["rows"][0] == ordered_json::parse(R"([["id", "1"]])"));

  const ordered_json& lines = table_of(report, "public.lines");
  CHECK(lines["rows_before"] == 3);
  CHECK(lines["columns"]["added"][0]["name"] == "page");
  CHECK(lines["columns"]["removed"][0]["name"] == "book");
  CHECK(lines["indexes"]["added"][0]["name"] == "ix_lines_page");
  std::string lost;
  for (const ordered_json& each : lines["constraints"]["removed"]) lost += each["name"].get<std::string>() + " ";
  CHECK_THAT(lost, ContainsSubstring("lines_book_key"));
  CHECK_THAT(lost, ContainsSubstring("lines_book_fkey"));
  const ordered_json& books = table_of(report, "public.books");
  CHECK(books["state"] == "dropped");
  CHECK(books["rows_before"] == 2);

  std::map<std::string, std::string> found;
  for (const ordered_json& each : report["evidence"])
    found[each["group"].get<std::string>()] += each["state"].get<std::string>();
  CHECK(found["nulls"] == "ok");
  CHECK(found["dropped"] == "ok");
  CHECK(found["indexes"] == "ok");
  CHECK(found["foreign keys removed"] == "ok");
  CHECK(report["criteria"][0]["state"] == "manual");
  CHECK(report["criteria"][1]["state"] == "ok");
  CHECK(report["criteria"][2]["state"] == "failed");
  CHECK(report["verdict"]["ready"] == false);
  CHECK(report["verdict"]["reasons"] == ordered_json::array({"criterion failed: two"}));
  CHECK(report["state_before"]["database_bytes"].get<long long>() > 1000000);

  const std::string markdown = migrate::report_markdown(report);
  CHECK_THAT(markdown, ContainsSubstring("✅ All 3 lines successfully migrated with `page = 4`"));
  CHECK_THAT(markdown,
             ContainsSubstring("-- OLD\nbook integer (foreign key to books)\n\n-- NEW\npage integer NOT NULL"));
  CHECK_THAT(markdown, ContainsSubstring("ix_lines_page btree (page)"));
  CHECK_THAT(markdown, ContainsSubstring("- unique `lines_book_key` of lines - REMOVED"));
  CHECK_THAT(markdown, ContainsSubstring("- **Books:** 2 (id = \"1\")"));
  // The same record makes the same report.
  CHECK(report_of(files) == report);
}

TEST_CASE("benchmarks are timed before and after, and a limit is part of the verdict", "[migrate][report]") {
  tests::TestProject files;
  files.connect()->query(
      "CREATE TABLE users (id int, name text); INSERT INTO users SELECT g, md5(g::text) FROM generate_series(1, 50000) "
      "g; ANALYZE users");
  files.migration(
      "a", "", "op.create_index { table = 'users', columns = { 'id' } }", "op.drop_index { name = 'ix_users_id' }", "",
      "m.guide = { benchmarks = { { title = 'a user | by key', sql = 'select name from users where id = 7;', "
      "within_ms = 60000 }, { title = 'too slow', sql = 'select pg_sleep(0.01)', within_ms = 1 }, { title = "
      "'new name', before = 'select count(name) from users', after = 'select nobody from users' }, { title "
      "= 'no harm', sql = 'delete from users' } } }\n");
  tests::run(files, "upgrade", "head");
  const ordered_json report = report_of(files), &benchmarks = report["benchmarks"];
  REQUIRE(benchmarks.size() == 4);
  CHECK(benchmarks[0]["revision"] == "a");
  CHECK(benchmarks[0]["before"]["plan"] == "Seq Scan on users");
  CHECK_THAT(benchmarks[0]["after"]["plan"].get<std::string>(), ContainsSubstring("ix_users_id"));
  CHECK(benchmarks[0]["after"]["runs"] == 5);
  CHECK(benchmarks[0]["before"]["milliseconds"].get<double>() > benchmarks[0]["after"]["milliseconds"].get<double>());
  CHECK(benchmarks[1]["after"]["milliseconds"].get<double>() >= 10);
  CHECK(benchmarks[2]["before"]["milliseconds"].get<double>() > 0);
  CHECK(benchmarks[2]["after"]["error"] == "column \"nobody\" does not exist");
  CHECK_THAT(benchmarks[3]["before"]["error"].get<std::string>(), ContainsSubstring("read-only transaction"));
  CHECK(files.connect()->query("SELECT count(*) FROM users").integer(0, 0) == 50000);
  CHECK(report["verdict"]["ready"] == false);
  REQUIRE(report["verdict"]["reasons"].size() == 1);
  CHECK_THAT(report["verdict"]["reasons"][0].get<std::string>(),
             ContainsSubstring("benchmark too slow: ") && ContainsSubstring("after, 1 ms are allowed"));
  const std::string markdown = migrate::report_markdown(report);
  CHECK_THAT(markdown, ContainsSubstring("| ✅ a user \\| by key (within 60000 ms) | ") &&
                           ContainsSubstring("(Index Scan using ix\\_users\\_id on users)") &&
                           ContainsSubstring("| ❌ too slow"));
  const std::string html = migrate::report_html(report);
  CHECK_THAT(html, ContainsSubstring("</span> too slow <span class=\"soft small\">within 1 ms</span>") &&
                       ContainsSubstring("<summary>queries</summary><pre class=\"\">select count(name) from users;\n"));

  tests::run(files, "downgrade", "base");
  const ordered_json back = report_of(files)["benchmarks"];
  REQUIRE(back.size() == 4);
  CHECK(back[0]["within_ms"].is_null());
  CHECK(back[0]["after"]["plan"] == "Seq Scan on users");
  CHECK(back[2]["before"].contains("error"));
  CHECK(back[2]["after"]["milliseconds"].get<double>() > 0);
}

TEST_CASE("a run that fails is recorded with its error and what it had done", "[migrate][report]") {
  tests::TestProject files;
  files.migration("a", "", "db.execute('create table one (id int)')");
  files.migration("b", "a", "db.execute('create table two (id int)')\ndb.execute('select 1/0')");
  CHECK_THROWS(tests::run(files, "upgrade", "head"));
  const ordered_json report = report_of(files);
  CHECK(report["status"] == "failed");
  CHECK(report["to"] == "a");
  CHECK(report["error"]["revision"] == "b");
  REQUIRE(report["migrations"].size() == 2);
  CHECK(report["migrations"][0]["outcome"] == "done");
  CHECK(report["migrations"][1]["outcome"] == "failed");
  CHECK(report["migrations"][1]["statements"].back().contains("error"));
  REQUIRE(report["tables"].size() == 1);
  CHECK(report["tables"][0]["table"] == "public.one");
  CHECK(report["verdict"]["ready"] == false);
  CHECK_THAT(migrate::report_html(report), ContainsSubstring("division by zero"));
}

TEST_CASE("a check that fails leaves its offending rows in the record", "[migrate][report]") {
  tests::TestProject files;
  files.connect()->query("CREATE TABLE books (id int); INSERT INTO books VALUES (7)");
  files.migration("a", "", "", "", "",
                  "m.preflight = { check.no_rows { failed = 'Found {count} books', sql = 'select id from books' } }\n");
  CHECK_THROWS(tests::run(files, "upgrade", "head"));
  const ordered_json report = report_of(files);
  REQUIRE(report["migrations"].size() == 1);
  CHECK(report["migrations"][0]["checks"][0]["lines"][0] == "id = 7");
  CHECK(report["migrations"][0]["checks"][0]["text"] == "Found 1 book");
  CHECK_THAT(report["transcript"].get<std::string>(), ContainsSubstring("✗ Found 1 book"));
}

TEST_CASE("recording costs no round trip for each revision", "[migrate][report]") {
  const auto trips = [](int revisions) {
    tests::TestProject files;
    for (int i = 1; i <= revisions; ++i)
      files.migration("r" + std::to_string(i), i == 1 ? "" : "r" + std::to_string(i - 1),
                      "db.execute('create table t" + std::to_string(i) + " (id int)')");
    migrate::Project project = files.open();
    migrate::LockedDatabase database(project, files.console);
    const auto steps = revisions::plan_upgrade(project.graph(), database.applied(), "head");
    const std::size_t before = database.connection().round_trips();
    migrate::run_steps(project, database, steps, {"upgrade", "head"}, files.console);
    return database.connection().round_trips() - before;
  };
  // BEGIN and COMMIT, beside the script's own statement.
  CHECK(trips(5) - trips(2) == 3 * (2 + 1));
}

TEST_CASE("names and texts are escaped in every form of a report", "[migrate][report]") {
  tests::TestProject files;
  files.migration("a", "",
                  "db.execute([[create table \"<script>alert(1)</script>\" (\"a|b`c\" int)]])\n"
                  "db.execute([[insert into \"<script>alert(1)</script>\" values (1)]])",
                  "", ", message = '<img src=x onerror=alert(1)>'", "");
  tests::run(files, "upgrade", "head");
  const ordered_json report = report_of(files);
  const std::string html = migrate::report_html(report), markdown = migrate::report_markdown(report);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<img") == std::string::npos);
  CHECK_THAT(html, ContainsSubstring("&lt;script&gt;alert(1)&lt;/script&gt;"));
  // Nothing is loaded from anywhere.
  CHECK(html.find("http://") == std::string::npos);
  CHECK(html.find("https://") == std::string::npos);
  CHECK(html.find("url(") == std::string::npos);
  CHECK(markdown.find("# Migration Report: <img") == std::string::npos);
  CHECK_THAT(markdown, ContainsSubstring("&lt;img src=x"));
}

TEST_CASE("a guide with a wrong key or shape is refused", "[migrate][report]") {
  tests::TestProject files;
  files.migration("a", "", "", "", "", "m.guide = { monitorin = { 'x' } }\n");
  CHECK_THROWS_WITH(tests::run(files, "upgrade", "head"), ContainsSubstring("did you mean \"monitoring\""));
  files.migration("a", "", "", "", "", "m.guide = { monitoring = 'x' }\n");
  CHECK_THROWS_WITH(tests::run(files, "upgrade", "head"),
                    ContainsSubstring("m.guide.monitoring must be a list of texts"));
}

TEST_CASE("row counts are exact for small tables and never wait", "[migrate][report]") {
  tests::TestProject files;
  const auto connection = files.connect(), other = files.connect();
  connection->query("CREATE TABLE a (id int); INSERT INTO a SELECT generate_series(1, 53); CREATE TABLE b (id int)");
  migrate::Measure measure = migrate::measure(*connection, "waxwing");
  REQUIRE(measure.find("public.a"));
  CHECK(measure.find("public.a")->rows == 53);
  CHECK(measure.find("public.a")->is_exact);
  other->query("BEGIN; LOCK TABLE a");
  measure = migrate::measure(*connection, "waxwing");
  CHECK_FALSE(measure.find("public.a")->is_exact);
  CHECK(connection->transaction_status() == postgres::TransactionStatus::idle);
}

TEST_CASE("the lock of a statement is told by its words", "[migrate][report]") {
  CHECK(postgres::lock_of("alter table t add column a int") == "ACCESS EXCLUSIVE");
  CHECK(postgres::lock_of("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES b") == "SHARE ROW EXCLUSIVE");
  CHECK(postgres::lock_of("alter table t validate constraint \" foreign key \"") == "SHARE UPDATE EXCLUSIVE");
  CHECK(postgres::lock_of("-- x\ncreate index concurrently i on t (a)") == "SHARE UPDATE EXCLUSIVE");
  CHECK(postgres::lock_of("create unique index i on t (a)") == "SHARE");
  CHECK(postgres::lock_of("update t set a = ' drop table '") == "ROW EXCLUSIVE");
  CHECK(postgres::lock_of("select 1") == "ACCESS SHARE");
  CHECK(postgres::lock_of("create type e as enum ('a')").empty());
}

TEST_CASE("a check's query is recorded with the values it was sent with", "[migrate][report]") {
  tests::TestProject files;
  files.migration("a", "", "db.execute('create table one (id int)')", "", "",
                  "m.verify = { check.table { name = 'one' } }\n");
  tests::run(files, "upgrade", "head");
  const ordered_json recorded = report_of(files)["migrations"][0];
  CHECK_THAT(recorded["checks"][0]["sql"][0].get<std::string>(), StartsWith("-- $1 = 'one', $2 = NULL\nSELECT "));
  // What a script sends may be rows.
  for (const ordered_json& statement : recorded["statements"])
    CHECK_THAT(statement["sql"].get<std::string>(), !StartsWith("-- $1"));
}

TEST_CASE("statements and errors with bytes that JSON has no place for are recorded", "[migrate][report]") {
  tests::TestProject files;
  files.migration("a", "", R"(db.execute([[select 'a\u0000b']]))");
  tests::run(files, "upgrade", "head");
  CHECK(report_of(files)["migrations"][0]["statements"][0]["sql"] == R"(select 'a\u0000b')");
  files.migration("b", "a", R"(error("\255 is no character"))");
  try {
    tests::run(files, "upgrade", "head");
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(std::string(error.code().id) == "WAX-3001");
    CHECK(error.state() == "revision b rolled back; database is at a");
  }
  CHECK(report_of(files)["status"] == "failed");
  CHECK(files.value("select outcome from waxwing.run order by started_at desc limit 1") == "failed");
}
