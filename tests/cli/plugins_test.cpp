// Plugins as a user has them: found, refused, told of a run; and the ones that come with the program.
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/client_programs.hpp"
#include "support/http_server.hpp"
#include "support/project.hpp"
#include "support/waxwing_program.hpp"

using tests::Answer;
using tests::HttpServer;
using tests::ServedRequest;
using tests::TestProject;

namespace {

base::ProcessResult in(const TestProject& files, std::vector<std::string> words) {
  words.insert(words.end(), {"-C", files.path(), "--url", files.url().conninfo()});
  return tests::waxwing(words);
}

bool contains(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) UNSCOPED_INFO("no \"" << part << "\" in:\n" << text);
  return found;
}

void write_config(const TestProject& files, const std::string& settings) {
  files.write("waxwing.lua", "return { lock_wait_s = 0, " + settings + " }");
}

/// A plugin of the project that writes down each hook's name and one of its values.
constexpr const char* recorder = R"(
local lines = {}
local function keep(line) lines[#lines + 1] = line; files.write("hooks.txt", table.concat(lines, "\n")) end
return plugin {
  name = "recorder", version = "1", api = 1, needs = { "files", "database" },
  options = { prefix = { type = "string", default = "", doc = "Before each line." } },
  hooks = {
    on_before_run = function(run) keep(options.prefix .. "before_run " .. run.position .. " " .. #run.steps .. " " .. db.value("select 'db'")) end,
    on_before_migration = function(step) keep("before_migration " .. step.revision .. " " .. step.direction) end,
    on_before_op = function(op) keep("before_op " .. op.name .. " " .. op.place) end,
    on_after_statement = function(s) keep("statement " .. s.tag .. " " .. s.rows .. " " .. s.place) end,
    on_check = function(c) keep("check " .. c.section .. " " .. c.text) end,
    on_after_migration = function(step) keep("after_migration " .. step.revision) end,
    on_error = function(e) keep("error " .. e.code .. " " .. (e.sqlstate or "")) end,
    on_after_run = function(run) keep("after_run " .. run.outcome .. " " .. run.to) end,
  },
}
)";

}  // namespace

TEST_CASE("hooks are told of a run in order", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { { name = "recorder", prefix = "> " } })");
  files.write("plugins/recorder/plugin.lua", recorder);
  files.migration("a", "",
                  "op.create_table { name = 't', columns = { { name = 'n', type = 'integer' } } }\n"
                  "db.execute('insert into t values (1), (2)')",
                  "", "",
                  "m.preflight = { check.no_table { name = 't' } }\nm.verify = { check.table { name = 't' } }\n");
  files.migration("b", "a", "db.execute('select 1 / 0')");
  CHECK(in(files, {"upgrade", "a"}).status == 0);
  const std::string told = base::read_file(files.path() + "/hooks.txt");
  std::size_t at = 0;
  for (const char* line :
       {"> before_run base 1 db\n", "before_migration a upgrade\n", "check preflight ",
        "before_op create_table migrations/a.lua:", "statement CREATE TABLE 0 migrations/a.lua:",
        "statement INSERT 0 2 2 migrations/a.lua:", "check verify ", "after_migration a\n", "after_run done a"}) {
    INFO(line << " in\n" << told);
    const std::size_t found = told.find(line, at);
    REQUIRE(found != std::string::npos);
    at = found;
  }
  CHECK(in(files, {"upgrade", "b"}).status == 1);
  const std::string failed = base::read_file(files.path() + "/hooks.txt");
  CHECK(contains(failed, "error WAX-2003 22012"));
  CHECK(contains(failed, "after_run failed a"));
}

TEST_CASE("a hook that raises stops the run, and its line is named", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { "strict" })");
  files.write("plugins/strict/plugin.lua", R"(return plugin {
  name = "strict", version = "1", api = 1,
  hooks = { on_before_op = function(op)
    if op.name == "drop_table" then error("no tables are dropped here") end
  end },
})");
  files.migration("a", "", "op.create_table { name = 't', columns = { { name = 'n', type = 'integer' } } }");
  files.migration("b", "a", "op.drop_table { name = 't' }");
  const base::ProcessResult result = in(files, {"upgrade", "head"});
  CHECK(result.status == 1);
  CHECK(contains(result.err, "no tables are dropped here"));
  CHECK(contains(result.err, "plugins/strict/plugin.lua:4 in on_before_op"));
  CHECK(files.value("select count(*) from t") == "0");
}

TEST_CASE("plugins that are wrong are refused with file and line", "[plugins]") {
  TestProject files;
  files.migration("a", "", "");
  struct Wrong {
    const char *text, *config, *says;
  };
  for (const Wrong& wrong : {
           Wrong{"return plugin { name = 'p', version = '1', api = 2 }", "\"p\"", "api = 2 is not known here"},
           Wrong{"return plugin { name = 'p', api = 1 }", "\"p\"", "missing key \"version\""},
           Wrong{"return plugin { name = 'q', version = '1', api = 1 }", "\"p\"", "calls itself \"q\""},
           Wrong{"return plugin { name = 'p', version = '1', api = 1, hook = {} }", "\"p\"", "did you mean \"hooks\"?"},
           Wrong{"return plugin { name = 'p', version = '1', api = 1, hooks = { on_after_runs = print } }", "\"p\"",
                 "did you mean \"on_after_run\"?"},
           Wrong{"return plugin { name = 'p', version = '1', api = 1, needs = { 'htp' } }", "\"p\"",
                 "did you mean \"http\"?"},
           Wrong{"return plugin {", "\"p\"", "plugins/p/plugin.lua:1"},
           Wrong{"return 1", "\"p\"", "has no plugin { ... }"},
           Wrong{"return plugin { name = 'p', version = '1', api = 1 }", "{ name = \"p\", colour = 1 }",
                 "unknown key \"colour\""},
           Wrong{"return plugin { name = 'p', version = '1', api = 1, options = { n = { type = 'integer', doc = 'n', "
                 "required = true } } }",
                 "\"p\"", "missing key \"n\""},
           Wrong{"return plugin { name = 'p', version = '1', api = 1 }", "\"timng\"", "did you mean \"timing\"?"},
       }) {
    files.write("plugins/p/plugin.lua", wrong.text);
    write_config(files, std::string("plugins = { ") + wrong.config + " }");
    const base::ProcessResult result = in(files, {"upgrade", "head"});
    INFO(wrong.text);
    CHECK(result.status == 2);
    CHECK(contains(result.err, wrong.says));
  }
  CHECK(files.value("select to_regclass('waxwing.revision') is null or not exists (select from waxwing.revision)") ==
        "t");
}

TEST_CASE("what a plugin was not allowed it cannot use", "[plugins]") {
  TestProject files;
  files.migration("a", "", "");
  write_config(files, R"(plugins = { "timing" })");
  base::ProcessResult result = in(files, {"upgrade", "head"});
  CHECK(result.status == 9);
  CHECK(contains(result.err, "plugin timing needs \"files\""));
  CHECK(contains(result.err, "allow = { \"files\" }"));

  files.write("plugins/p/plugin.lua",
              "return plugin { name = 'p', version = '1', api = 1, hooks = { on_before_run = function() "
              "shell.run('touch was-here') end } }");
  write_config(files, R"(plugins = { "p" })");
  result = in(files, {"upgrade", "head"});
  CHECK(result.status == 9);
  CHECK(contains(result.err, "not allowed to use shell"));
  CHECK_FALSE(base::file_exists(files.path() + "/was-here"));

  files.write("plugins/p/plugin.lua",
              "return plugin { name = 'p', version = '1', api = 1, needs = { 'database' }, hooks = { on_before_run = "
              "function() db.execute('create table t ()') end } }");
  result = in(files, {"upgrade", "head"});
  CHECK(result.status == 1);
  CHECK(contains(result.err, "read-only transaction"));
}

TEST_CASE("migrations have http, shell and files only where the configuration allows it", "[plugins]") {
  TestProject files;
  files.migration("a", "", "db.execute('create table t as select ' .. shell.run({ 'printf', '7' }).out .. ' as n')");
  base::ProcessResult result = in(files, {"upgrade", "head"});
  CHECK(result.status == 9);
  CHECK(contains(result.err, "allow = { \"shell\" } in waxwing.lua"));
  write_config(files, R"(allow = { "shell" })");
  CHECK(in(files, {"upgrade", "head"}).status == 0);
  CHECK(files.value("select n from t") == "7");
  result = in(files, {"upgrade", "head", "--sql"});
  CHECK(result.status == 9);
  CHECK(contains(result.err, "shell is not used where nothing is executed"));

  files.write("secret.txt", "");
  files.migration("b", "a", "files.read('../../etc/passwd')");
  write_config(files, R"(allow = { "files" })");
  result = in(files, {"upgrade", "head"});
  CHECK(result.status == 9);
  CHECK(contains(result.err, "leads out of the project"));
}

TEST_CASE("a plugin adds operations, checks and commands", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { "house" })");
  files.write("plugins/house/plugin.lua", R"(return plugin {
  name = "house", version = "1", api = 1, needs = { "database" },
  ops = {
    audited_table = {
      summary = "A table with the time of its last change.",
      fields = { { name = "name", type = "string", required = true } },
      run = function(args)
        op.create_table { name = args.name, columns = { { name = "id", type = "bigint" }, { name = "changed_at", type = "timestamptz" } } }
      end,
    },
  },
  checks = {
    at_most = {
      summary = "Passes when a table has no more rows.",
      fields = { { name = "table", type = "string", required = true }, { name = "rows", type = "integer", required = true } },
      doing = "Counting {table}", ok = "{table} is small", failed = "{table} has {count} rows",
      run = function(args)
        local count = db.value("select count(*) from " .. db.format("%I", args.table))
        return { passed = count <= args.rows, values = { table = args.table, count = count } }
      end,
    },
  },
  commands = { rows = { summary = "Count rows.", usage = "TABLE", run = function(words)
    print(db.value("select count(*) from " .. db.format("%I", words[1])))
    return words.fail and 6 or 0
  end } },
})");
  files.migration("a", "", "op.audited_table { name = 't' }\ndb.execute('insert into t values (1), (2)')", "", "",
                  "m.verify = { check.at_most { table = 't', rows = 2 } }\n");
  files.migration("b", "a", "db.execute('insert into t values (3)')", "", "",
                  "m.verify = { check.at_most { table = 't', rows = 2 } }\n");
  base::ProcessResult result = in(files, {"upgrade", "a"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "t is small"));
  CHECK(files.value("select count(*) from information_schema.columns where table_name = 't'") == "2");
  result = in(files, {"upgrade", "b"});
  CHECK(result.status == 6);
  CHECK(contains(result.err, "t has 3 rows"));
  CHECK(in(files, {"rows", "t"}).out == "2\n");
  CHECK(in(files, {"rows", "t", "--fail"}).status == 6);
  CHECK(contains(in(files, {"row", "t"}).err, "did you mean \"rows\"?"));
  CHECK(contains(in(files, {"upgrade", "a:b", "--sql"}).out, "insert into t values (3)"));
  CHECK(contains(in(files, {"plugins", "house"}).out, "op.audited_table"));

  files.migration("b", "a", "op.audited_table { nam = 't2' }");
  result = in(files, {"upgrade", "b"});
  CHECK(contains(result.err, "did you mean \"name\"?"));
  CHECK(contains(result.err, "migrations/b.lua:"));
}

TEST_CASE("a statement of a plugin's operation is told once", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { "counts" })");
  files.write("plugins/counts/plugin.lua", R"(local lines = {}
return plugin {
  name = "counts", version = "1", api = 1, needs = { "files" },
  ops = { add_times = { summary = "x", fields = { { name = "table", type = "string", required = true } },
    run = function(args) op.add_column { table = args.table, name = "at", type = "timestamptz" } end } },
  hooks = { on_after_statement = function(s)
    lines[#lines + 1] = s.tag .. " " .. s.place
    files.write("told.txt", table.concat(lines, "\n") .. "\n")
  end },
})");
  files.migration("a", "",
                  "op.create_table { name = 't', columns = { { name = 'n', type = 'integer' } } }\n"
                  "op.add_times { table = 't' }");
  REQUIRE(in(files, {"upgrade", "head"}).status == 0);
  const std::string told = base::read_file(files.path() + "/told.txt");
  INFO(told);
  CHECK(contains(told, "ALTER TABLE plugins/counts/plugin.lua:5\n"));
  CHECK(told.find("ALTER TABLE") == told.rfind("ALTER TABLE"));
  // The run's record counts them once as well.
  CHECK(contains(in(files, {"report", "--json"}).out, "plugins/counts/plugin.lua:5"));
}

TEST_CASE("a hook that raises behind the commit does not deny it", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { "late" })");
  files.write("plugins/late/plugin.lua", R"(return plugin {
  name = "late", version = "1", api = 1,
  hooks = { on_after_migration = function(step) error("too late") end },
})");
  files.migration("a", "", "db.execute('create table t (n int)')", "db.execute('drop table t')");
  files.migration("b", "a", "");
  const base::ProcessResult up = in(files, {"upgrade", "head"});
  CHECK(up.status == 1);
  CHECK(contains(up.err, "plugins/late/plugin.lua:3 in on_after_migration"));
  CHECK(contains(up.err, "state    revision a is applied and stays so; database is at a\n"));
  CHECK(contains(in(files, {"current"}).out, "a"));
  CHECK(contains(in(files, {"downgrade", "base"}).err,
                 "state    revision a is undone and stays so; database is at base\n"));
}

TEST_CASE("an error in a plugin says where to correct it", "[plugins]") {
  TestProject files;
  files.write("plugins/p/plugin.lua", R"lua(return plugin {
  name = "p", version = "1", api = 1, needs = { "database" },
  options = { n = { type = "integer", required = true, doc = "A number." } },
  checks = { some = { summary = "x", doing = "x", run = function() return true end } },
  hooks = { on_before_run = function()
    if options.n == 1 then db.execute("create table x (n int)") end
  end },
})lua");
  files.migration("a", "", "", "", "", "m.preflight = { check.some {} }\n");
  const auto run = [&](const char* entry) {
    write_config(files, std::string("plugins = { ") + entry + " }");
    return in(files, {"upgrade", "head"}).err;
  };
  const std::string missing = run("\"p\"");
  CHECK(contains(missing, "at waxwing.lua, plugins"));
  CHECK(contains(missing, "waxwing plugins p    shows the options it takes"));
  CHECK(contains(missing, "state    nothing was changed"));
  CHECK(contains(run("{ name = \"p\", n = 1 }"), "needs = { \"database-write\" }"));
  const std::string outcome = run("{ name = \"p\", n = 2 }");
  CHECK(contains(outcome, "check.some returned no outcome"));
  CHECK(contains(outcome, "at plugins/p/plugin.lua:4 in check.some"));
}

TEST_CASE("words of a plugin's command are read as its usage says", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { "p" })");
  files.write("plugins/p/plugin.lua", R"(return plugin {
  name = "p", version = "1", api = 1,
  checks = { some = { summary = "Some check.", doing = "x", fields = { { name = "most", type = "integer", doc = "Limit." } },
    run = function() return { passed = true } end } },
  ops = { thing = { summary = "Some thing.", fields = { { name = "table", type = "string", required = true, doc = "T." } },
    run = function() end } },
  commands = { say = { summary = "x", usage = "REV [--loud] [--to=NAME --note TEXT]", run = function(words)
    print(tostring(words[1]), tostring(words[2]), tostring(words.loud), tostring(words.to), tostring(words.note))
  end } },
})");
  files.migration("abcdef1", "", "");
  CHECK(
      contains(in(files, {"say", "abc", "--to", "Ada", "--note", "a b", "--loud", "x"}).out, "abcdef1 x true Ada a b"));
  CHECK(contains(in(files, {"say", "head", "--to=Bob"}).out, "abcdef1 nil nil Bob nil"));
  const base::ProcessResult wrong = in(files, {"say", "abc", "--lout"});
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "did you mean \"--loud\"?"));
  CHECK(contains(in(files, {"say", "abc", "--to"}).err, "--to takes a value"));
  CHECK(contains(in(files, {"say", "nope"}).err, "nope"));
  CHECK(contains(in(files, {"help", "check", "some"}).out, "Some check. (plugin p)\n\nkeys\n  most"));
  CHECK(contains(in(files, {"help", "op", "thing"}).out, "op.thing { ... }\n\nSome thing. (plugin p)"));
  CHECK(contains(in(files, {"help", "op", "thng"}).err, "did you mean \"thing\"?"));
}

TEST_CASE("a plugin adds checks before each step, and hears of backups", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { "guard" })");
  files.write("plugins/guard/plugin.lua", R"(return plugin {
  name = "guard", version = "1", api = 1, needs = { "files" },
  preflight = function(step)
    return { check.no_rows { doing = "Looking before " .. step.revision, ok = "All is well", failed = "{count} locked rows", sql = "select 1 where to_regclass('locked') is not null" } }
  end,
  hooks = { on_backup = function(backup) files.write("heard.txt", backup.label .. " " .. tostring(backup.proved)) end },
})");
  files.migration("a", "", "db.execute('create table locked (n int)')", "", "",
                  "m.preflight = { check.no_table { name = 't' } }\n");
  files.migration("b", "a", "");
  base::ProcessResult result = in(files, {"upgrade", "head"});
  CHECK(result.status == 6);
  CHECK(contains(result.out, "[2/2] Looking before a..."));
  CHECK(contains(result.err, "1 locked row"));
  CHECK(contains(result.err, "plugins/guard/plugin.lua:4 in preflight"));
  CHECK(files.value("select string_agg(revision, ',') from waxwing.revision") == "a");
  if (tests::skips_for_pg_dump()) return;
  REQUIRE(in(files, {"backup", "--label", "x"}).status == 0);
  CHECK(base::read_file(files.path() + "/heard.txt") == "x true");
}

TEST_CASE("plugin new writes one that works, and its test runs", "[plugins]") {
  TestProject files;
  files.migration("a", "", "");
  CHECK(in(files, {"plugin", "new", "greeter"}).out == "plugins/greeter/plugin.lua\n");
  CHECK(in(files, {"plugin", "new", "greeter"}).status == 2);
  CHECK(in(files, {"plugin", "new", "../x"}).status == 2);
  CHECK(contains(in(files, {"plugin", "test", "greeter"}).out, "speaks after a run"));
  write_config(files, R"(plugins = { "greeter" })");
  CHECK(contains(in(files, {"upgrade", "head"}).err, "done: upgrade to a"));
  files.write("plugins/greeter/test.lua", "return { ['is wrong'] = function() error('it is') end }");
  const base::ProcessResult result = in(files, {"plugin", "test", "greeter"});
  CHECK(result.status == 1);
  CHECK(contains(result.err, "is wrong: it is"));
}

TEST_CASE("timing writes one JSON line a statement", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { { name = "timing", allow = { "files" }, file = "t.jsonl" } })");
  files.migration("a", "", "db.execute('create table t as select generate_series(1, 3) as n')");
  REQUIRE(in(files, {"upgrade", "head"}).status == 0);
  const nlohmann::json line = nlohmann::json::parse(base::read_file(files.path() + "/t.jsonl"));
  CHECK(line["rows"] == 3);
  CHECK(line["place"] == "migrations/a.lua:4");
  CHECK(line["milliseconds"].get<double>() > 0);
}

TEST_CASE("services are stopped and started, and others who are connected are named", "[plugins]") {
  TestProject files;
  const auto configure = [&](const std::string& more) {
    write_config(files, R"(plugins = { { name = "services", allow = { "shell", "database" },
      stop = { "echo stopped >> services.txt" }, start = "echo started >> services.txt", )" +
                            more + " } }");
  };
  configure("");
  files.migration("a", "", "");
  const auto other = files.connect();
  other->query("set application_name = 'the api'");
  base::ProcessResult result = in(files, {"upgrade", "head"});
  CHECK(result.status == 0);
  CHECK(contains(result.err, "1 other session is still connected"));
  CHECK(contains(result.err, "application \"the api\""));
  CHECK(base::read_file(files.path() + "/services.txt") == "stopped\nstarted\n");

  files.migration("b", "a", "");
  configure("sessions = \"fail\"");
  result = in(files, {"upgrade", "head"});
  CHECK(result.status == 1);
  CHECK(files.value("select count(*) from waxwing.revision") == "1");
  CHECK(base::read_file(files.path() + "/services.txt") == "stopped\nstarted\nstopped\nstarted\n");
  CHECK(contains(in(files, {"services", "sessions"}).out, "the api"));

  write_config(files, R"(plugins = { { name = "services", allow = { "shell", "database" }, stop = "exit 3" } })");
  result = in(files, {"upgrade", "head"});
  CHECK(result.status == 1);
  CHECK(contains(result.err, "status 3: exit 3"));
}

TEST_CASE("what plugins find around a run stands in its report", "[plugins]") {
  TestProject files;
  const auto configure = [&](const std::string& command) {
    write_config(files, R"(plugins = { { name = "services", allow = { "shell", "database" }, start = "touch up",
      load_tests = { ")" + command +
                            R"(" } }, "own" })");
  };
  files.write("plugins/own/plugin.lua", R"(return plugin { name = "own", version = "1", api = 1, hooks = {
  on_before_run = function(run) report.add { title = "window", text = "nobody works", passed = true } end,
  on_after_run = function(run) report.add { title = "who | is there" } error("late", 0) end,
} })");
  files.migration("a", "", "");
  configure("test -f up && echo 250 requests, 0 failures");
  base::ProcessResult result = in(files, {"upgrade", "head"});
  CHECK(result.status == 0);
  CHECK(contains(result.err, "late"));
  const std::string report = in(files, {"report", "--md"}).out;
  CHECK(contains(report, "✅ load test: test -f up &amp;&amp; echo 250 requests, 0 failures: ended with status 0, "));
  CHECK(contains(report, "```\n250 requests, 0 failures\n```"));
  CHECK(contains(report, "✅ window: nobody works (own)"));
  CHECK(contains(report, "- who \\| is there (own)"));
  CHECK(contains(report, "Production-Ready"));

  files.migration("b", "a", "");
  configure("echo 3 failures; exit 2");
  result = in(files, {"upgrade", "head"});
  CHECK(result.status == 0);
  CHECK(contains(result.err, "the load test ended with status 2"));
  CHECK(contains(in(files, {"report", "--md"}).out, "- load test: echo 3 failures; exit 2: ended with status 2\n"));
  CHECK(contains(in(files, {"report", "--html"}).out, "<summary>output</summary><pre class=\"\">3 failures</pre>"));

  files.write("plugins/own/plugin.lua", R"(return plugin { name = "own", version = "1", api = 1, hooks = {
  on_before_run = function(run) report.add { title = "window", pased = true } end } })");
  files.migration("c", "b", "");
  result = in(files, {"upgrade", "head"});
  CHECK(contains(result.err, "report.add: unknown key \"pased\"; did you mean \"passed\"? keys are"));
  CHECK(contains(result.err, "plugins/own/plugin.lua:2"));

  files.write("plugins/own/plugin.lua", R"(return plugin { name = "own", version = "1", api = 1, hooks = {
  on_before_run = function(run) report.add { title = "" } end } })");
  result = in(files, {"upgrade", "head"});
  CHECK(contains(result.err, "report.add: the title is empty"));
}

TEST_CASE("rules of a plugin look at statements before they are sent", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { "house" })");
  files.write("plugins/house/plugin.lua", R"(return plugin { name = "house", version = "1", api = 1, rules = {
  ["no-cascade"] = { summary = "nothing goes along unseen", run = function(statement)
    if statement.kind == "definition" and statement.sql:lower():find("cascade") then
      return ("%s takes %s and drops what depends on it"):format(statement.revision, statement.lock), "drop it by name first"
    end
  end },
  tidy = { summary = "no lock table", run = function(statement)
    if statement.sql:lower():find("^lock ") then return "locks by hand" end
  end },
} })");
  files.migration("a", "", "db.execute('create table t (n int)')", "op.drop_table { name = 't', cascade = true }");
  files.migration("b", "a", "db.execute('insert into t values (1)')\ndb.execute('drop table t cascade')");
  base::ProcessResult result = in(files, {"upgrade", "a"});
  CHECK(result.status == 0);
  CHECK(contains(result.out,
                 "[1/2] Rule no-cascade of house: nothing goes along unseen...\n✓ No statement of a breaks it"));
  result = in(files, {"upgrade", "head"});
  CHECK(result.status == 6);
  CHECK(contains(result.err, "b breaks the rule no-cascade of house"));
  CHECK(contains(result.err, "migrations/b.lua:5 in upgrade: b takes ACCESS EXCLUSIVE and drops what depends on it"));
  CHECK(contains(result.err, "drop it by name first"));
  CHECK(files.value("select count(*) from t") == "0");
  CHECK(in(files, {"downgrade", "base"}).status == 6);
  CHECK(contains(in(files, {"plugins", "house"}).out, "rules:\n  no-cascade  nothing goes along unseen"));

  files.write(
      "migrations/b.lua",
      "local m = migration { revision = 'b', revises = 'a', allow = { 'no-cascade', reason = 'nobody reads it' } "
      "}\nfunction m.upgrade() db.execute('drop table t cascade') end\nfunction m.downgrade() end\nreturn m\n");
  result = in(files, {"upgrade", "head"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "Allowed by the migration: nobody reads it"));
}

TEST_CASE("http-checks takes values from one answer into the next request", "[plugins]") {
  HttpServer server([](const ServedRequest& request) -> Answer {
    if (request.path == "/health") return {200, "ok"};
    if (request.head.find("Authorization: Bearer t0ken") == std::string::npos) return {401};
    if (request.method == "POST") return {201, R"({"data": {"id": "b7"}})"};
    return {request.path == "/books/b7" ? 200 : 404, R"({"title": "Emma"})"};
  });
  TestProject files;
  const auto configure = [&](const std::string& title) {
    write_config(files, R"(plugins = { { name = "http-checks", allow = { "http" }, requests = {
      { name = "health", url = ")" +
                            server.url() + R"(/health", contains = "ok", when = "before" },
      { name = "create", method = "POST", url = ")" +
                            server.url() + R"(/books", headers = { Authorization = "Bearer t0ken" },
        json = { title = "Emma" }, status = 201, take = { id = "data.id" } },
      { name = "read", url = ")" +
                            server.url() +
                            R"(/books/{id}", headers = { Authorization = "Bearer t0ken" }, equals = { title = ")" +
                            title + R"(" } },
    } } })");
  };
  configure("Emma");
  files.migration("a", "", "");
  base::ProcessResult result = in(files, {"upgrade", "head"});
  CHECK(result.status == 0);
  CHECK(contains(result.err, "read: as expected"));
  REQUIRE(server.requests().size() == 3);
  CHECK(server.requests()[1].body == R"({"title":"Emma"})");
  configure("Persuasion");
  result = in(files, {"http-checks", "after"});
  CHECK(result.status == 6);
  CHECK(contains(result.out, "title is Emma in place of Persuasion"));
}

TEST_CASE("notify posts how a run ended, and its URL is a secret", "[plugins]") {
  HttpServer server(
      [](const ServedRequest& request) -> Answer { return {request.path == "/hook-5ecret" ? 200 : 500}; });
  TestProject files;
  write_config(files,
               R"(plugins = { { name = "notify", allow = { "http" }, url = ")" + server.url() + R"(/hook-5ecret" } })");
  files.migration("a", "", "");
  files.migration("b", "a", "db.execute('select 1 / 0')");
  CHECK(in(files, {"upgrade", "a"}).status == 0);
  CHECK(in(files, {"upgrade", "b"}).status == 1);
  REQUIRE(server.requests().size() == 2);
  const nlohmann::json done = nlohmann::json::parse(server.requests()[0].body);
  CHECK(done["outcome"] == "done");
  CHECK(done["to"] == "a");
  CHECK(nlohmann::json::parse(server.requests()[1].body)["outcome"] == "failed");
  write_config(files,
               R"(plugins = { { name = "notify", allow = { "http" }, url = "http://127.0.0.1:1/hook-5ecret" } })");
  files.migration("b", "a", "");
  const base::ProcessResult result = in(files, {"upgrade", "b"});
  CHECK(result.status == 0);
  CHECK(contains(result.err, "no answer to POST"));
  CHECK(result.err.find("hook-5ecret") == std::string::npos);
}

TEST_CASE("a checklist is signed, and gates the run", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { { name = "checklist", allow = { "database-write", "shell" }, gate = true, items = {
    { name = "Tests", command = "true" },
    { name = "Server", sql = "select current_setting('server_version_num')::int >= 120000" },
    { name = "Window", text = "Announced" },
  } } })");
  files.migration("a", "", "");
  base::ProcessResult result = in(files, {"upgrade", "head"});
  CHECK(result.status == 1);
  CHECK(contains(result.err, "open items: Window"));
  CHECK(in(files, {"checklist", "a", "--require"}).status == 9);
  CHECK(contains(in(files, {"checklist", "a", "--sign=Windows", "--by=Ada"}).err, "no item \"Windows\""));
  CHECK(in(files, {"checklist", "a", "--sign=Window", "--by=Ada", "--note=Friday"}).status == 0);
  result = in(files, {"checklist", "a", "--require"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "signed by Ada"));
  CHECK(in(files, {"upgrade", "head"}).status == 0);

  write_config(files,
               R"(plugins = { { name = "checklist", allow = { "database-write", "shell" }, preset = "deployment" } })");
  CHECK(contains(in(files, {"checklist", "a"}).out, "10 open"));
}

TEST_CASE("external-truth names ids that the other system does not know", "[plugins]") {
  HttpServer server([](const ServedRequest&) -> Answer { return {200, R"({"data": [{"id": 4}, {"id": 5}]})"}; });
  TestProject files;
  write_config(files, R"(plugins = { { name = "external-truth", allow = { "http", "files", "database" }, sources = {
    { table = "activities", column = "dcs_book_id", url = ")" +
                          server.url() + R"(/books", path = "data", label = "DCS", noun = "Book" } } } })");
  files.migration("a", "",
                  "db.execute('create table activities as select unnest(array[4, 4, 9, null]) as dcs_book_id')");
  REQUIRE(in(files, {"upgrade", "a"}).status == 0);
  base::ProcessResult result = in(files, {"external-truth"});
  CHECK(result.status == 6);
  CHECK(contains(result.out, "Book not found in DCS: 9 (1 row of activities)"));

  files.write("ids.csv", "\xEF\xBB\xBFtitle,id\r\n\"Emma, a novel\",4\r\n\"The \"\"Nine\"\"\",9\r\n");
  files.migration(
      "b", "a", "", "", "",
      "m.preflight = { check.external_ids { table = 'activities', column = 'dcs_book_id', csv = 'ids.csv' } }\n");
  CHECK(in(files, {"upgrade", "b"}).status == 0);
}

TEST_CASE("schema-docs compares the tables with the groups expected", "[plugins]") {
  TestProject files;
  write_config(files, R"(plugins = { { name = "schema-docs", allow = { "database" }, groups = {
    { name = "Core", tables = { "users", "roles" } } } } })");
  files.migration("a", "",
                  "db.execute([[create table users (id int not null); comment on table users is 'Who | reads']])");
  REQUIRE(in(files, {"upgrade", "a"}).status == 0);
  base::ProcessResult result = in(files, {"schema-docs"});
  CHECK(result.status == 7);
  CHECK(contains(result.out, "1 of 2 tables are there"));
  CHECK(contains(result.out, "Missing: roles"));
  CHECK(contains(in(files, {"schema-docs", "page"}).out, "| id | integer | no |"));
}
