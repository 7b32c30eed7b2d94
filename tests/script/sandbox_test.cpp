// What scripts cannot do, and how their errors look.
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "script/migration.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"

namespace {

/// Runs `body` as an upgrade; returns "CODE place: message", or "" when it works.
std::string run(const std::string& body, postgres::Session& session, const script::Surroundings& surroundings = {}) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("waxwing-script-" + base::random_hex(8) + ".lua")).string();
  base::write_file(path, "local m = migration { revision = 'a' }\nfunction m.upgrade()\n" + body + "\nend\nreturn m\n");
  std::string outcome;
  try {
    script::open_migration(path, "m.lua", surroundings)->upgrade(session);
  } catch (const base::Error& error) {
    outcome = std::string(error.code().id) + " " + (error.places().empty() ? "" : error.places().front()) + ": " +
              error.what();
  }
  std::filesystem::remove(path);
  return outcome;
}

}  // namespace

TEST_CASE("scripts cannot leave the sandbox", "[script][sandbox]") {
  const auto session = tests::connect(tests::fresh_database());
  for (const std::string attempt : {"io.open('/etc/passwd')",
                                    "os.execute('ls')",
                                    "os.getenv('HOME')",
                                    "os.exit(0)",
                                    "os.remove('x')",
                                    "debug.getinfo(1)",
                                    "debug.getregistry()",
                                    "require('ffi')",
                                    "require('jit')",
                                    "require('io')",
                                    "require('../x')",
                                    "require('/etc/x')",
                                    "require('a..b')",
                                    "load('return 1')",
                                    "loadstring('return 1')",
                                    "loadfile('/etc/passwd')",
                                    "dofile('/etc/passwd')",
                                    "package.loadlib('x', 'y')",
                                    "package.loaded.ffi.C.abort()",
                                    "string.dump(function() end)",
                                    "newproxy(true)",
                                    "getfenv(1)",
                                    "setfenv(1, {})",
                                    "collectgarbage('stop')",
                                    "rawset(_G, 'x', 1)",
                                    "module('x')",
                                    "jit.on()",
                                    "ffi.cdef('')",
                                    "getmetatable('').__index = nil",
                                    "setmetatable('', {})",
                                    "setmetatable(_G, {})",
                                    "getmetatable(_G).__index = nil",
                                    "getmetatable(db.null).__tostring = nil",
                                    "getmetatable(op).__index = nil",
                                    "x = 1",
                                    "return nosuch",
                                    "_G.x = 1",
                                    "db.execute('commit')",
                                    "db.execute('rollback')",
                                    "db.execute('end')",
                                    "db.execute('begin')",
                                    "db.execute('select 1; commit')",
                                    "db.execute('/* x */ commit')",
                                    "db.execute('prepare transaction \\'x\\'')",
                                    "db.execute('discard all')",
                                    "op.execute('commit')",
                                    "db.execute(function() end)",
                                    "db.execute()",
                                    "db.nosuch()",
                                    "schema.nosuch()",
                                    "op.nosuch {}",
                                    "check.nosuch {}"}) {
    INFO(attempt);
    CHECK(run(attempt, *session) != "");
  }
  CHECK(run("os.execute('ls')", *session) == "WAX-3005 m.lua:3 in upgrade: os.execute is not available to scripts");
  CHECK(run("return nosuch", *session) == "WAX-3001 m.lua:3 in upgrade: there is no global \"nosuch\"");
}

TEST_CASE("a runaway script ends at its memory limit", "[script][sandbox]") {
  const auto session = tests::connect(tests::fresh_database());
  script::Surroundings small;
  small.memory_limit_mb = 32;
  CHECK_THAT(run("local s = 'x' while true do s = s .. s end", *session, small), StartsWith("WAX-3006"));
  CHECK_THAT(run("return ('x'):rep(2^30)", *session, small), StartsWith("WAX-3006"));
  CHECK_THAT(run("local t = {} while true do t[#t + 1] = {} end", *session, small), StartsWith("WAX-3006"));
  CHECK_THAT(run("local function f() return 1 + f() end f()", *session, small), StartsWith("WAX-300"));
}

TEST_CASE("a signal ends a script that swallows errors", "[script][sandbox]") {
  const auto session = tests::connect(tests::fresh_database());
  for (const std::string body :
       {"while true do end", "while true do pcall(function() while true do end end) end",
        "while true do xpcall(function() while true do end end, function() end) end",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end"}) {
    INFO(body);
    std::thread later([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      base::set_interrupt_signal(SIGINT);
    });
    const std::string outcome = run(body, *session);
    later.join();
    base::set_interrupt_signal(0);
    CHECK_THAT(outcome, StartsWith("WAX-3007"));
  }
}

TEST_CASE("an error keeps what the server said, and names the script's line", "[script]") {
  const auto session = tests::connect(tests::fresh_database());
  session->query("create table t (id int primary key)");
  CHECK(run("db.execute('insert into t values (1)')\nlocal ok, err = pcall(db.execute, 'insert into t values (1)')\n"
            "assert(not ok and err.sqlstate == '23505' and err.constraint == 't_pkey' and err.table == 't')\n"
            "assert(err.detail:find('already exists'))",
            *session) == "");
  CHECK_THAT(run("\n\ndb.execute('select nme from t')", *session), StartsWith("WAX-2003 m.lua:5 in upgrade:"));
  CHECK(run("error('plain')", *session) == "WAX-3001 m.lua:3 in upgrade: plain");
  CHECK_THAT(run("error({ message = 'in a table' })", *session), ContainsSubstring("in a table"));
  CHECK_THAT(
      run("op.add_column { table = 't', name = 'x', type = 'int', nulable = true }", *session),
      StartsWith("WAX-3002 m.lua:3 in upgrade: op.add_column: unknown key \"nulable\"; did you mean \"not_null\"?"));
  CHECK_THAT(run("op.add_column { table = 't', name = 't', type = 'nosuchtype' }", *session),
             ContainsSubstring("cannot add column \"t\" to \"t\""));
}

TEST_CASE("a savepoint undoes a part and the step goes on", "[script]") {
  const auto session = tests::connect(tests::fresh_database());
  session->query("create table t (id int primary key); begin");
  CHECK(run("db.execute('insert into t values (1)')\nlocal ok, err = db.savepoint(function()\n db.execute('insert into "
            "t values (2)')\n"
            " db.execute('insert into t values (1)')\nend)\nassert(not ok and err.sqlstate == '23505')\n"
            "assert(db.savepoint(function() db.execute('insert into t values (3)') end))",
            *session) == "");
  CHECK(session->query("select string_agg(id::text, ',' order by id) from t").text(0, 0) == "1,3");
}

TEST_CASE("values go both ways without loss", "[script]") {
  const auto session = tests::connect(tests::fresh_database());
  for (const std::string body : {
           "assert(db.value('select 1') == 1 and db.value('select null') == nil and db.value('select true') == true)",
           "local big = db.value('select 9223372036854775807::int8') assert(tostring(big) == '9223372036854775807')\n"
           "assert(db.value('select $1::int8 = 9223372036854775807', big) == true)",
           "local low = db.value('select (-9223372036854775808)::int8') assert(tostring(low) == '-9223372036854775808' "
           "and low < low + 1)",
           "assert(db.value('select 9007199254740992::int8') == 2^53)",
           "assert(db.value('select 12345678901234567890.123456789::numeric') == '12345678901234567890.123456789')",
           "assert(db.value('select $1::float8 = 0.1', 0.1) == true and db.value('select 1e300::float8') == 1e300)",
           "assert(db.value('select $1::text', 123456789012) == '123456789012')",
           "local a = db.value([[select array['a,b', 'c\"d', null, 'NULL', '', 'e\\f', '{']::text[] ]])\n"
           "assert(#a == 7 and a[1] == 'a,b' and a[2] == 'c\"d' and a[3] == db.null and a[4] == 'NULL' and a[5] == '' "
           "and a[6] == 'e\\\\f' and a[7] == '{')\n"
           "assert(db.value('select $1::text[] = $2::text[]', a, a) == true)",
           "local n = db.value('select array[[1,2],[3,4]]') assert(n[2][1] == 3)",
           "assert(db.value([[select '\\x00ff41'::bytea]]) == '\\0\\255A' and db.value('select $1::bytea', "
           "'\\0\\255A') == '\\0\\255A')",
           "local r = db.row('select 1 as a, null as b') assert(r.a == 1 and r.b == nil and not pcall(function() "
           "return r.c end))",
           "local sum = 0 for row in db.query('select g from generate_series(1, 10) g') do sum = sum + row.g end "
           "assert(sum == 55)",
           "assert(json.decode(db.value([[select '{\"a\": [1, null]}'::jsonb]])).a[2] == json.null and json.encode({ "
           "1, 'x', db.null }) == '[1,\"x\",null]')",
           "local ok, err = pcall(json.encode, { a = '\\255' }) assert(not ok and err.message:find('no UTF%-8'))",
           "assert(db.format('%I %I %L %L %s', 'a', 'B c', \"it's\", nil, 'x') == [[a \"B c\" 'it''s' NULL x]])",
           "db.execute('create table s (id int)') assert(schema.has_table('s') and not schema.has_table('nosuch') and "
           "schema.has_column('s', 'id'))\n"
           "assert(schema.columns('s')[1].type == 'integer' and #schema.indexes('s') == 0)",
       }) {
    INFO(body);
    CHECK(run(body, *session) == "");
  }
}
