// `waxwing ci` as a build server runs it.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/ci_report.hpp"
#include "support/catch.hpp"
#include "support/client_programs.hpp"
#include "support/project.hpp"
#include "support/waxwing_program.hpp"

using migrate::StairwayCase;
using nlohmann::json;
using tests::TestProject;

namespace {

std::string sql(const std::string& id, const std::string& revises, const std::string& up, const std::string& down) {
  return "-- revision: " + id + "\n" + (revises.empty() ? "" : "-- revises: " + revises + "\n") + "-- waxwing: up\n" +
         up + "\n" + (down.empty() ? "" : "-- waxwing: down\n" + down + "\n");
}

base::ProcessResult ci(const TestProject& files, std::vector<std::string> options = {}) {
  options.insert(options.begin(), {"ci", "-C", files.path()});
  return tests::waxwing(options);
}

json result_of(const json& report, const std::string& name) {
  for (const json& each : report.at("cases"))
    if (each.at("name") == name) return each;
  return {};
}

}  // namespace

TEST_CASE("ci proves good migrations in a server of its own and writes reports", "[cli][ci]") {
  if (tests::skips_for_pg_dump()) return;
  TestProject files;
  files.write("migrations/a.sql", sql("a", "", "create table t (n int, m int);", "drop table t;"));
  // The column comes back at the end: no difference.
  files.write("migrations/b.sql", sql("b", "a", "alter table t drop column n;", "alter table t add column n int;"));
  files.migration("c", "b", "op.create_index { table = 't', columns = 'm', unique = true, concurrently = true }",
                  "op.drop_index { name = 'ix_t_m' }", "",
                  "m.verify = { check.index { name = 'ix_t_m', table = 't' } }\n");
  const std::string junit = files.path() + "/out.xml", markdown = files.path() + "/out.md";
  const base::ProcessResult result = ci(files, {"--junit", junit, "--md", markdown});
  INFO(result.out << result.err);
  CHECK(result.status == 0);
  CHECK_THAT(result.out, ContainsSubstring("✓ upgrade b again, "));
  CHECK_THAT(result.out, ContainsSubstring("✓ all the way down, "));
  CHECK_THAT(result.out, ContainsSubstring("✓ verify c, "));
  CHECK_THAT(result.out, ContainsSubstring("✓ 13 cases passed, 0 skipped\n"));
  const std::string xml = base::read_file(junit);
  CHECK_THAT(xml, ContainsSubstring("tests=\"13\" failures=\"0\" errors=\"0\" skipped=\"0\""));
  CHECK_THAT(xml, ContainsSubstring("<testcase classname=\"migrations/b.sql\" name=\"downgrade b\""));
  CHECK_THAT(base::read_file(markdown), StartsWith("## ✅ Migrations: 13 cases passed\n"));
}

TEST_CASE("ci names the revision whose way back leads elsewhere", "[cli][ci]") {
  if (tests::skips_for_pg_dump()) return;
  TestProject files;
  files.write("migrations/a.sql", sql("a", "", "create table t (n int);", "drop table t;"));
  files.write("migrations/b.sql", sql("b", "a", "create table u (n int); create index u_n on u (n);",
                                      "drop index u_n; alter table u add x int;"));
  files.write("migrations/c.sql", sql("c", "b", "create table v (n int);", "drop table v;"));
  const base::ProcessResult result = ci(files, {"--json"});
  CHECK(result.status == 1);
  const json report = json::parse(result.out);
  CHECK(report.at("passed") == false);
  CHECK(result_of(report, "upgrade a again").at("result") == "passed");
  CHECK(result_of(report, "downgrade b").at("result") == "failed");
  CHECK_THAT(result_of(report, "downgrade b").at("text").get<std::string>(),
             ContainsSubstring("+ CREATE TABLE public.u"));
  CHECK_THAT(result_of(report, "upgrade b again").at("text").get<std::string>(),
             ContainsSubstring("relation \"u\" already exists"));
  CHECK(result_of(report, "upgrade c").at("result") == "skipped");
  const base::ProcessResult text = ci(files);
  CHECK(text.status == 1);
  CHECK_THAT(text.err, ContainsSubstring("WAX-5032"));
}

TEST_CASE("ci says where an irreversible revision ends the way down", "[cli][ci]") {
  if (tests::skips_for_pg_dump()) return;
  TestProject files;
  files.write("migrations/a.sql", sql("a", "", "create table t (n int);", "drop table t;"));
  files.write("migrations/b.lua",
              "local m = migration { revision = 'b', revises = 'a' }\nfunction m.upgrade() db.execute('drop table t') "
              "end\nm.downgrade = irreversible('the rows are gone')\nreturn m\n");
  files.write("migrations/c.sql", sql("c", "b", "create table v (n int);", "drop table v;"));
  const base::ProcessResult result = ci(files, {"--json"});
  CHECK(result.status == 0);
  const json report = json::parse(result.out);
  CHECK(result_of(report, "downgrade b").at("text") == "irreversible: the rows are gone");
  CHECK(result_of(report, "down to b").at("result") == "passed");
  CHECK(result_of(report, "all the way down").at("result") == "skipped");
  CHECK(result_of(report, "all the way up again").at("result") == "passed");
}

TEST_CASE("ci fails on a second head and on a revision that fails", "[cli][ci]") {
  if (tests::skips_for_pg_dump()) return;
  TestProject files;
  files.write("migrations/a.sql", sql("a", "", "create table t (n int);", "drop table t;"));
  files.write("migrations/b.sql", sql("b", "a", "create table u (n int);", "drop table u;"));
  files.write("migrations/c.sql", sql("c", "a", "insert into nowhere values (1);", ""));
  const json report = json::parse(ci(files, {"--json"}).out);
  CHECK_THAT(result_of(report, "one head").at("text").get<std::string>(), StartsWith("there are 2 heads: "));
  CHECK_THAT(result_of(report, "upgrade c").at("text").get<std::string>(),
             ContainsSubstring("relation \"nowhere\" does not exist"));
}

TEST_CASE("ci works in an empty scratch database and refuses one that is not", "[cli][ci]") {
  if (tests::skips_for_pg_dump()) return;
  TestProject files;
  files.write("migrations/a.sql", sql("a", "", "create table t (n int);", "drop table t;"));
  const std::vector<std::string> there = {"--url", files.url().conninfo()};
  CHECK(ci(files, there).status == 0);
  CHECK(files.value("select to_regclass('t') is not null") == "t");
  const base::ProcessResult again = ci(files, there);
  CHECK(again.status == 9);
  CHECK_THAT(again.err, ContainsSubstring("the database is not empty"));
  CHECK_THAT(again.err, ContainsSubstring("WAX-5031"));
}

TEST_CASE("reports escape what their formats give a meaning", "[cli][ci]") {
  const std::vector<StairwayCase> cases = {
      {"upgrade a", "migrations/a<b>.sql", StairwayCase::Result::failed, "x < \"y\" & z\x01\nsecond | line", 12.5},
      {"downgrade a", "m|n.sql", StairwayCase::Result::skipped, "irreversible: a | b", 0}};
  const std::string xml = cli::junit_report(cases);
  CHECK_THAT(xml, ContainsSubstring("classname=\"migrations/a&lt;b&gt;.sql\" name=\"upgrade a\" time=\"0.013\""));
  CHECK_THAT(xml, ContainsSubstring("<failure message=\"x &lt; &quot;y&quot; &amp; z\">x &lt; &quot;y&quot; &amp; "
                                    "z&#10;second | line</failure>"));
  CHECK_THAT(xml, ContainsSubstring("<skipped message=\"irreversible: a | b\">"));
  const std::string markdown = cli::markdown_report(cases);
  CHECK_THAT(markdown, ContainsSubstring("## ❌ Migrations: 1 of 2 cases failed"));
  CHECK_THAT(markdown, ContainsSubstring("| ⏭️ | downgrade a | `m\\|n.sql` | irreversible: a \\| b |"));
}
