// waxwing run: scripts with options of their own.
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/program_project.hpp"

using tests::ProgramProject;

namespace {

constexpr const char* seed =
    "CREATE TABLE accounts (id int PRIMARY KEY, tenant uuid, open boolean NOT NULL DEFAULT true); "
    "INSERT INTO accounts SELECT n, '00000000-0000-0000-0000-00000000000a' FROM generate_series(1, 5) n";

constexpr const char* closing = R"(#!/usr/bin/env waxwing
local s = script {
  name = "close", about = "Close the accounts of a tenant.", write = true,
  options = {
    tenant = { "Tenant id", type = "uuid", required = true },
    limit = { "How many", type = "integer", default = 2 },
    dry_run = { "Only count", type = "boolean" },
  },
}
function s.run(options, words)
  local ids = db.rows("select id from accounts where tenant = $1 and open order by id limit $2", options.tenant, options.limit)
  print(#ids .. " to close" .. (words[1] and ", " .. words[1] or ""))
  if not options.dry_run then
    for _, row in ipairs(ids) do db.execute("update accounts set open = false where id = $1", row.id) end
  end
  return { closed = #ids, dry = options.dry_run }
end
return s
)";

constexpr const char* tenant = "00000000-0000-0000-0000-00000000000a";

std::string value(const ProgramProject& project, const std::string& sql) {
  const postgres::Result found = tests::connect(project.url())->query(sql);
  return found.empty() ? "" : found.text(0, 0);
}

}  // namespace

TEST_CASE("a script writes in one transaction, and its run is in the ledger", "[run]") {
  const ProgramProject project(seed);
  project.write("scripts/close.lua", closing);
  const auto done = project.waxwing({"run", "scripts/close.lua", "--tenant", tenant, "--limit=3", "because"});
  INFO(done.err);
  REQUIRE(done.status == 0);
  CHECK(done.out == "3 to close, because\n");
  CHECK(value(project, "select count(*) from accounts where open") == "2");
  CHECK(value(project, "select command || ' ' || target || ' ' || outcome from waxwing.run") ==
        "run scripts/close.lua done");
  CHECK(value(project, "select detail->'script'->'options'->>'limit' from waxwing.run") == "3");
  CHECK(value(project, "select jsonb_array_length(detail->'statements') from waxwing.event where kind = 'script'") ==
        "4");
  const auto report = project.waxwing({"report"});
  INFO(report.err);
  CHECK(report.status == 0);
  CHECK_THAT(report.out, ContainsSubstring("scripts/close.lua"));
}

TEST_CASE("the result of a script with --json is what it returns", "[run]") {
  const ProgramProject project(seed);
  project.write("close.lua", closing);
  const auto done = project.waxwing({"run", "close.lua", "--json", "--tenant", tenant, "--dry-run"});
  REQUIRE(done.status == 0);
  const auto json = nlohmann::json::parse(done.out);
  CHECK(json["result"]["closed"] == 2);
  CHECK(json["result"]["dry"] == true);
  CHECK(json["script"] == "close.lua");
  CHECK(value(project, "select count(*) from accounts where open") == "5");
}

TEST_CASE("wrong options of a script are usage errors with its line", "[run]") {
  const ProgramProject project(seed);
  project.write("close.lua", closing);
  struct Wrong {
    std::vector<std::string> words;
    const char *what, *place;
  };
  for (const Wrong& wrong : {
           Wrong{{}, "--tenant is missing", "close.lua:5"},
           Wrong{{"--tenant"}, "--tenant needs a value", "close.lua:5"},
           Wrong{{"--tenant", "x"}, "--tenant is no uuid: \"x\"", "close.lua:5"},
           Wrong{{"--tenant", tenant, "--limit", "many"}, "--limit is no integer: \"many\"", "close.lua:6"},
           Wrong{{"--tenant", tenant, "--limti", "3"}, "did you mean \"--limit\"?", "close.lua"},
           Wrong{{"--tenant", tenant, "--dry-run=perhaps"}, "--dry-run is no boolean", "close.lua:7"},
       }) {
    std::vector<std::string> words = {"run", "close.lua"};
    words.insert(words.end(), wrong.words.begin(), wrong.words.end());
    const auto refused = project.waxwing(words);
    INFO(refused.err);
    CHECK(refused.status == 2);
    CHECK_THAT(refused.err, ContainsSubstring(wrong.what) && ContainsSubstring(wrong.place));
  }
  CHECK(value(project, "select count(*) from accounts where open") == "5");
}

TEST_CASE("the help of a script is its declaration", "[run]") {
  const ProgramProject project;
  project.write("close.lua", closing);
  const auto help = project.waxwing({"run", "close.lua", "--help"});
  CHECK(help.status == 0);
  CHECK_THAT(help.out, ContainsSubstring("close: Close the accounts of a tenant.") &&
                           ContainsSubstring("--tenant UUID") && ContainsSubstring("Tenant id (required)") &&
                           ContainsSubstring("How many; default 2") && ContainsSubstring("--dry-run"));
  CHECK_THAT(project.waxwing({"run", "--help"}).out, ContainsSubstring("usage: waxwing run FILE"));
  project.write("taken.lua", "local s = script { options = {\n  url = { 'Where' } } }\nfunction s.run() end\nreturn s");
  const auto taken = project.waxwing({"run", "taken.lua"});
  CHECK(taken.status == 2);
  CHECK_THAT(taken.err, ContainsSubstring("--url is an option of waxwing itself") && ContainsSubstring("taken.lua:2"));
}

TEST_CASE("a script only reads unless it says that it writes", "[run]") {
  const ProgramProject project(seed);
  project.write("plain.lua", "db.execute('delete from accounts where id = $1', tonumber(arg[1]))\nreturn arg[0]");
  const auto refused = project.waxwing({"run", "plain.lua", "1"});
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, ContainsSubstring("plain.lua:1") && ContainsSubstring("--write") &&
                              ContainsSubstring("nothing was changed"));
  CHECK(value(project, "select count(*) from accounts") == "5");
  for (const char* escape : {"db.execute('set transaction_read_only = off')\ndb.execute('delete from accounts')",
                             "db.execute('set transaction read write')\ndb.execute('delete from accounts')",
                             "db.autocommit(function() db.execute('delete from accounts') end)"}) {
    project.write("escape.lua", escape);
    CHECK(project.waxwing({"run", "escape.lua"}).status == 1);
    CHECK(value(project, "select count(*) from accounts") == "5");
  }
  const auto written = project.waxwing({"run", "--write", "plain.lua", "1", "--json"});
  INFO(written.err);
  CHECK(written.status == 0);
  CHECK(nlohmann::json::parse(written.out)["result"] == "plain.lua");
  CHECK(value(project, "select count(*) from accounts") == "4");
}

TEST_CASE("an error rolls a script back, and what db.autocommit committed stays", "[run]") {
  const ProgramProject project(seed);
  project.write("whole.lua", "db.execute('delete from accounts')\nerror('changed my mind')");
  const auto whole = project.waxwing({"run", "whole.lua", "--write"});
  CHECK(whole.status == 1);
  CHECK_THAT(whole.err, ContainsSubstring("changed my mind") && ContainsSubstring("whole.lua:2") &&
                            ContainsSubstring("rolled back; the database is as before"));
  CHECK(value(project, "select count(*) from accounts") == "5");
  CHECK(value(project, "select outcome from waxwing.run") == "failed");
  project.write("part.lua",
                "db.autocommit(function()\n  db.execute('delete from accounts where id = 1')\n"
                "  db.execute('create index concurrently accounts_open on accounts (open)')\nend)\n"
                "db.execute('delete from accounts')\nerror('changed my mind')");
  const auto part = project.waxwing({"run", "part.lua", "--write"});
  CHECK(part.status == 1);
  CHECK_THAT(part.err, ContainsSubstring("what db.autocommit committed is kept"));
  CHECK(value(project, "select count(*) from accounts") == "4");
  CHECK(value(project, "select to_regclass('accounts_open') is not null") == "t");
}

TEST_CASE("a script may send and say what JSON has no place for", "[run]") {
  const ProgramProject project(seed);
  project.write("sends.lua", R"lua(db.execute([[select 'a\u0000b']]))lua");
  CHECK(project.waxwing({"run", "sends.lua", "--write"}).status == 0);
  project.write("says.lua", R"lua(error("\255 is no character"))lua");
  const auto result = project.waxwing({"run", "says.lua", "--write"});
  CHECK(result.status == 1);
  CHECK_THAT(result.err, ContainsSubstring("is no character") && ContainsSubstring("rolled back"));
  CHECK(value(project, "select outcome from waxwing.run order by started_at desc limit 1") == "failed");
}

TEST_CASE("a script that needs a revision is refused without it", "[run]") {
  const ProgramProject project;
  project.write("migrations/a41f.sql", "-- revision: a41f\n-- waxwing: up\ncreate table t ();\n");
  project.write("needs.lua",
                "local s = script { needs_revision = 'a41f' }\nfunction s.run() print('ran') end\nreturn s");
  const auto refused = project.waxwing({"run", "needs.lua"});
  CHECK(refused.status == 9);
  CHECK_THAT(refused.err, ContainsSubstring("needs revision a41f") && ContainsSubstring("waxwing upgrade a41f"));
  CHECK(refused.out.empty());
  REQUIRE(project.waxwing({"upgrade", "head"}).status == 0);
  CHECK(project.waxwing({"run", "needs.lua"}).out == "ran\n");
}

TEST_CASE("a declaration that is wrong is refused with its place", "[run]") {
  const ProgramProject project;
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {"local s = script { nam = 'x' }\nreturn s", "did you mean \"name\"?"},
           {"local s = script { options = { a = { typ = 'text' } } }\nreturn s", "did you mean \"type\"?"},
           {"local s = script {}\nreturn s", "has no function run"},
           {"local s = script {}\nfunction s.run() end", "does not return its table"},
           {"local s = script {", "syntax error"},
           {"local s = script {}\ndb.execute('select 1')\nreturn s", "the database can be used"}}) {
    project.write("wrong.lua", text);
    const auto refused = project.waxwing({"run", "wrong.lua"});
    INFO(text << "\n" << refused.err);
    CHECK(refused.status != 0);
    CHECK_THAT(refused.err, ContainsSubstring(says) && ContainsSubstring("wrong.lua"));
  }
  const auto missing = project.waxwing({"run", "nowhere.lua"});
  CHECK(missing.status == 2);
  CHECK_THAT(missing.err, ContainsSubstring("there is no script nowhere.lua"));
}

TEST_CASE("an executable script runs by itself, in the project that it lies in", "[run]") {
  const ProgramProject project(seed);
  project.write("scripts/count",
                "#!/usr/bin/env waxwing\nprint(db.value('select count(*) from accounts'), arg[1], arg[2])");
  const std::string path = project.path() + "/scripts/count";
  chmod(path.c_str(), 0700);
  const std::string program = WAXWING_PROGRAM;
  const auto good = base::run_process(
      {path, "one", "--two", "--url", project.url().conninfo()},
      {.working_directory = "/", .environment = {{"PATH", program.substr(0, program.rfind('/')) + ":/usr/bin:/bin"}}});
  INFO(good.err);
  CHECK(good.status == 0);
  CHECK(good.out == "5 one --two\n");
}

TEST_CASE("a secret option is nowhere to be read", "[run]") {
  const ProgramProject project;
  project.write("s.lua",
                "local s = script { write = true, options = { key = { 'Key', type = 'text', secret = true, required = "
                "true } } }\nfunction s.run(o) print(o.key); db.execute('select ' .. db.format('%L', o.key)) end\n"
                "return s");
  const auto done = project.waxwing({"run", "s.lua", "--key", "hunter2hunter2"});
  INFO(done.err);
  CHECK(done.status == 0);
  CHECK((done.out + done.err).find("hunter2") == std::string::npos);
  CHECK(value(project, "select count(*) from waxwing.event where detail::text like '%hunter2%'") == "0");
  CHECK(value(project, "select count(*) from waxwing.run where detail::text like '%hunter2%'") == "0");
}
