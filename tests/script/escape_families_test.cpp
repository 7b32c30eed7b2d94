// Attempts to leave the sandbox, to replace what scripts share, to exhaust the host and to end its transaction: each is
// refused or harmless, the host goes on, and nothing of the attempt stays in the database.
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/interrupt.hpp"
#include "run_script.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"

namespace {

using postgres::TransactionStatus;

/// A database with a transaction for each attempt.
class Ground {
 public:
  Ground() : session_(tests::connect(tests::fresh_database())) {
    surroundings.memory_limit_mb = 16;
    surroundings.x_arguments = {{"given", "value"}};
  }

  std::string attempt(const std::string& body) {
    return in_transaction([&] {
      return tests::run_upgrade("db.execute('create table escaped (id int)')\n" + body, *session_, surroundings);
    });
  }
  std::string attempt_file(const std::string& text) {
    return in_transaction([&] { return tests::run_file(text, *session_, surroundings); });
  }
  postgres::Session& session() { return *session_; }

  script::Surroundings surroundings;

 private:
  template <class Action>
  std::string in_transaction(Action action) {
    session_->query("begin");
    const std::string outcome = action();
    CHECK(session_->transaction_status() != TransactionStatus::idle);
    session_->query("rollback");
    CHECK(session_->query("select to_regclass('escaped') is null").boolean(0, 0));
    CHECK(tests::run_upgrade(plain_script, *session_) == "");
    return outcome;
  }

  /// What must work as ever after each attempt.
  static constexpr const char* plain_script = R"lua(
    assert(("x"):rep(2):upper() == "XX" and string.format("%d", 7) == "7" and #table.concat({ "a", "b" }) == 2)
    assert(db.value("select 1") == 1 and db.format("%I", "a b") == '"a b"' and not schema.has_table("escaped"))
    local ok, err = pcall(error, "plain") assert(not ok and err == "plain")
    for row in db.query("select 2 as n") do assert(row.n == 2) end
    assert(type(op.create_table) == "function" and type(check.no_rows) == "function" and json.encode({ 1 }) == "[1]")
  )lua";

  std::unique_ptr<postgres::Connection> session_;
};

void all_refused(Ground& ground, const std::vector<std::string>& attempts) {
  for (const std::string& attempt : attempts) {
    INFO(attempt);
    CHECK_THAT(ground.attempt(attempt), StartsWith("WAX-"));
  }
}

void all_harmless(Ground& ground, const std::vector<std::string>& attempts) {
  for (const std::string& attempt : attempts) {
    INFO(attempt);
    CHECK(ground.attempt(attempt) == "");
  }
}

/// The bytecode of a function that returns 1, as LuaJIT 2.1 writes it; the header alone must be enough.
const std::string bytecode =
    std::string("\x1bLJ\x02\x02\x12\x02\x00\x01\x00\x01\x00\x02\x29\x00\x01\x00\x4c\x00\x02\x00\x00", 22);

}  // namespace

TEST_CASE("no way leads to ffi, bytecode, files or the debug library", "[script][families]") {
  Ground ground;
  all_refused(ground, {
                          "string.dump(function() end)",
                          "return (string.dump or error('gone'))(print)",
                          "load('\\27LJ\\2')()",
                          "loadstring(('\\27LJ\\2'))()",
                          "load(function() return nil end)",
                          "require 'ffi'",
                          "require 'jit.opt'",
                          "require 'string.buffer'",
                          "require 'table.new'",
                          "require 'package'",
                          "require '_G'",
                          "require(setmetatable({}, { __tostring = function() return 'ffi' end }))",
                          "require 'waxwing'",
                          "require '..lib'",
                          "require 'lib/../../x'",
                          "require 'a\\0b'",
                          "require ''",
                          "package.loadlib('libc.so.6', 'system')",
                          "package.loaders[2]('x')",
                          "package.searchers[1]('x')",
                          "package.preload.x = print",
                          "_G.package.path = '/tmp/?.lua'",
                          "debug.sethook()",
                          "debug.getupvalue(pcall, 1)",
                          "debug.setmetatable(0, {})",
                          "getfenv(print)",
                          "setfenv(print, {})",
                          "newproxy(true)",
                          "getmetatable(newproxy(true)).__gc = print",
                          "collectgarbage('stop')",
                          "collectgarbage('step', 1e9)",
                          "io.popen('id')",
                          "os.rename('a', 'b')",
                          "os.tmpname()",
                          "os.setlocale('C')",
                          "jit.off()",
                          "rawset(_G, 'x', 1)",
                      });
  all_harmless(ground, {
                           "assert(not pcall(function() return debug end))",
                           "assert(rawequal(_G, _G) and not pcall(rawget, _G, 'print'))",
                           "local co = coroutine.running() assert(co == nil)",
                       });
}

TEST_CASE("bytecode is refused as a migration and as a module", "[script][families]") {
  Ground ground;
  const tests::TemporaryFolder lib, outside;
  ground.surroundings.module_folders = {lib.path()};
  ground.surroundings.project_folder = lib.path();
  base::write_file(lib.path() + "/code.lua", bytecode);
  base::write_file(lib.path() + "/marked.lua", "\xEF\xBB\xBF" + bytecode);
  base::write_file(lib.path() + "/hashed.lua", "#!/usr/bin/luajit\n" + bytecode);
  base::write_file(lib.path() + "/honest.lua", "return { answer = 42 }");
  base::write_file(lib.path() + "/one.lua", "return require 'other'");
  base::write_file(lib.path() + "/other.lua", "return require 'one'");
  base::write_file(lib.path() + "/broken.lua", "error('not yet')");
  base::write_file(outside.path() + "/secret.lua", "return 'secret'");
  std::filesystem::create_symlink(outside.path() + "/secret.lua", lib.path() + "/linked.lua");
  std::filesystem::create_directory_symlink(outside.path(), lib.path() + "/folder");
  std::filesystem::create_symlink("/dev/zero", lib.path() + "/endless.lua");
  std::filesystem::create_directory(lib.path() + "/directory.lua");

  CHECK_THAT(ground.attempt_file(bytecode), StartsWith("WAX-30"));
  CHECK_THAT(ground.attempt_file("\xEF\xBB\xBF" + bytecode), StartsWith("WAX-30"));
  CHECK_THAT(ground.attempt_file("#!/usr/bin/luajit\n" + bytecode), StartsWith("WAX-30"));
  all_refused(ground, {"require 'code'", "require 'marked'", "require 'hashed'", "require 'endless'",
                       "require 'directory'", "require 'linked'", "require 'folder.secret'", "require 'one'"});
  CHECK_THAT(ground.attempt("require 'linked'"), ContainsSubstring("leads out of the project"));
  CHECK_THAT(ground.attempt("require 'one'"), ContainsSubstring("requires itself"));
  all_harmless(ground, {"assert(require('honest').answer == 42)",
                        "for i = 1, 2 do local ok, err = pcall(require, 'broken') assert(not ok and "
                        "tostring(err):find('not yet')) end"});
}

TEST_CASE("nothing that scripts share can be replaced", "[script][families]") {
  Ground ground;
  all_refused(ground, {
                          "db.execute = print",
                          "db.null = 1",
                          "string.format = print",
                          "op.create_table = nil",
                          "op.nosuch = print",
                          "table.insert = print",
                          "math.random = print",
                          "bit.band = nil",
                          "os.time = function() return 0 end",
                          "coroutine.resume = print",
                          "schema.has_table = print",
                          "check.no_rows = print",
                          "log.info = print",
                          "json.encode = print",
                          "env.x = {}",
                          "env.x.given = 'other'",
                          "string = {}",
                          "pcall = function() end",
                          "_G.tostring = nil",
                          "_G._G = {}",
                          "_G[1] = 1",
                          "rawget(string, 'format')",
                          "next(string)",
                          "for name in pairs(db) do error(name) end",
                          "table.insert(string, print)",
                          "table.insert(_G, print)",
                          "table.sort(db)",
                          "setmetatable(string, {})",
                          "setmetatable(_G, nil)",
                          "setmetatable('', {})",
                          "setmetatable(db.null, {})",
                          "setmetatable(db.row('select 1 as a'), {})",
                          "getmetatable('').__index = {}",
                          "getmetatable(string).__index = {}",
                          "getmetatable(db).__newindex = nil",
                          "getmetatable(db.null).__tostring = print",
                          "getmetatable(db.row('select 1 as a')).__index = nil",
                          "getmetatable(db.value('select 9223372036854775807::int8')).__add = nil",
                          "local ok, err = pcall(db.execute) getmetatable(err).__index = nil",
                          "local ok, err = pcall(db.execute) err.message = 'mine'",
                          "getmetatable(migration { revision = 'b' }).__newindex(5, 'upgrade', 1)",
                          "('x').upper = print",
                      });
  all_harmless(ground, {
                           "local c = check.no_rows { sql = 'select 1' } assert(c.spec == nil and c.given == nil)",
                           "assert(('').nosuch == nil and getmetatable('') == 'locked' and env.x.given == 'value')",
                           "assert(getmetatable(_G) == 'locked' and getmetatable(op) == 'locked')",
                           "local t = setmetatable({}, { __gc = function() error('x') end }) t = nil",
                       });
  CHECK_THAT(ground.attempt("return db.exceute"),
             ContainsSubstring("there is no db.exceute; did you mean \"execute\"?"));
  CHECK_THAT(ground.attempt("return string.formt"), ContainsSubstring("did you mean \"format\"?"));
  CHECK_THAT(ground.attempt("return env.y"), ContainsSubstring("there is no env.y"));
}

TEST_CASE("a check runs as it was read, whatever the script does to its table", "[script][families]") {
  const auto session = tests::connect(tests::fresh_database());
  const tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/m.lua";
  for (const std::string change : {"m.verify = nil", "m.verify[1] = 5", "m.verify[1].run = nil", "m.verify = 7"}) {
    INFO(change);
    base::write_file(path,
                     "local m = migration { revision = 'a' }\n"
                     "m.verify = { check.that { test = function() return false, 'not today' end } }\n"
                     "function m.upgrade() " +
                         change + " end\nreturn m\n");
    const auto migration = script::open_migration(path, "m.lua", {});
    CHECK(tests::outcome_of([&] { migration->upgrade(*session); }) == "");
    REQUIRE(migration->verify().size() == 1);
    CHECK(migration->run_verify(0, *session).text == "not today");
  }
}

TEST_CASE("tables with metamethods that fail are errors and not the end", "[script][families]") {
  Ground ground;
  const std::string trap = "setmetatable({}, { __index = function() error('trap') end })";
  const std::string header = "local m = migration { revision = 'a' }\nfunction m.upgrade() end\n";
  const std::vector<std::string> texts = {
      std::string(header + "m.preflight = { " + trap + " }\nreturn m"),
      header + "m.downgrade = " + trap + "\nreturn m",
      header + "error(" + trap + ")",
      header + "error(setmetatable({}, { __tostring = function() error('trap') end }))",
      "local m = migration(" + trap + ")\nreturn m",
      "local t = {} t.t = t local m = migration { revision = 'a', metadata = t }\nreturn m",
      header + "return " + trap + ", nil, error('late')",
      header +
          "m.preflight = { setmetatable({}, { __index = function() while true do pcall(error) end end }) "
          "error('x') }\nreturn m",
      header + "return coroutine.yield(m)",
      header + "return 5",
      header + "m.verify = 'x' return m",
  };
  for (const std::string& text : texts) {
    INFO(text);
    CHECK_THAT(ground.attempt_file(text), StartsWith("WAX-"));
  }
}

TEST_CASE("error values of any kind", "[script][families]") {
  Ground ground;
  all_refused(ground, {
                          "error()",
                          "error(nil)",
                          "error(true)",
                          "error(42)",
                          "error({})",
                          "error({ message = {} })",
                          "error(print)",
                          "error(coroutine.create(print))",
                          "error(db.null)",
                          "error(db.value('select 9223372036854775807::int8'))",
                          "error(string)",
                          "error(('x'):rep(1e6))",
                          "local ok, err = pcall(db.execute, 'nonsense') error(err)",
                          "local ok, err = pcall(db.execute, 'nonsense') return err .. {}",
                          "assert(false)",
                          "assert(nil, { message = 'table' })",
                          "local t = {} t.t = t error(t)",
                          "coroutine.wrap(function() error({}) end)()",
                          "xpcall(error, function() error('again') end) error('on')",
                      });
  CHECK(ground.attempt("pcall()") == "WAX-3001 m.lua in upgrade: bad argument #1 to 'pcall' (value expected)");
  CHECK(ground.attempt("error(42)") == "WAX-3001 m.lua:4 in upgrade: 42");
  all_harmless(ground, {
                           R"lua(local ok, err = pcall(db.format, "%x")
                                 assert(err.message == "db.format: unknown placeholder %x" and err.place == "m.lua:4")
                                 assert(err.because:find("placeholders are") and err.nosuch == nil and err[1] == nil)
                                 assert(("in: " .. err) == "in: m.lua:4: db.format: unknown placeholder %x")
                                 assert((err .. 5):sub(-2) == "x5" and #(err .. err) == 2 * #tostring(err)))lua",
                           "assert(select(2, pcall(error, { code = 5 })).code == 5)",
                           "assert(select('#', pcall(error)) == 2 and not pcall(pcall, nil) == false)",
                       });
}

TEST_CASE("bound functions with wrong arguments, and objects used after their end", "[script][families]") {
  Ground ground;
  all_refused(ground, {
                          "db.execute(db)",
                          "db.value(string)",
                          "db.row()",
                          "db.rows(nil)",
                          "db.query(db.query('select 1'))",
                          "db.format(nil)",
                          "db.format('%I', print)",
                          "db.savepoint(db)",
                          "db.savepoint({})",
                          "op.create_table(op)",
                          "op.create_table(op, 1, 2)",
                          "op.create_table(setmetatable({}, { __index = function() error('x') end }))",
                          "schema.has_table(schema)",
                          "check.no_rows(check)",
                          "check:no_rows {}",
                          "json.encode(print)",
                          "json.decode({})",
                          "json.encode(string)",
                          "env({})",
                          "irreversible({})",
                          "migration(5)",
                          "db.execute('select $1', coroutine.create(print))",
                          "return db.value('select 9223372036854775807::int8') + {}",
                          "return db.value('select 9223372036854775807::int8') .. {}",
                          "return db.null .. 'x'",
                          "return db.null < db.null",
                          "db.query('select 1')()['nosuch']",
                      });
  all_harmless(
      ground,
      {
          // An iterator outlives its rows, its loop and its statement's transaction.
          "local it = db.query('select 1 as a') it() assert(it() == nil and it() == nil and it({}, 5) == nil)",
          "local it = db.query('select g from generate_series(1, 3) g') db.execute('select 2') assert(it().g == 1)",
          "local it db.savepoint(function() it = db.query('select 1 as a') error('x') end) assert(it().a == 1)",
          "local its = {} for i = 1, 2000 do its[i] = db.query('select 1') end its = nil",
          "local row = db.row('select 1 as a') row.a = nil assert(row.a == nil)",
      });
}

TEST_CASE("an iterator kept beyond its connection gives the rows that it has", "[script][families]") {
  const tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/m.lua";
  base::write_file(path, R"lua(local m = migration { revision = 'a' }
                               local kept
                               function m.upgrade() kept = db.query('select g from generate_series(1, 3) g') kept() end
                               function m.downgrade() assert(kept().g == 2 and not pcall(db.value, 'nonsense')) end
                               return m)lua");
  const auto migration = script::open_migration(path, "m.lua", {});
  const postgres::Url url = tests::fresh_database();
  migration->upgrade(*tests::connect(url));
  CHECK(tests::outcome_of([&] { migration->downgrade(*tests::connect(url)); }) == "");
}

TEST_CASE("coroutines yield where they can and are refused where they cannot", "[script][families]") {
  Ground ground;
  all_refused(
      ground,
      {
          "coroutine.yield()",
          "pcall(coroutine.yield) coroutine.yield()",
          "assert(coroutine.wrap(function() return db.savepoint(coroutine.yield) end)())",
          "coroutine.wrap(function() table.sort({ 3, 2, 1 }, coroutine.yield) end)()",
          "coroutine.wrap(function() return ('x'):gsub('x', coroutine.yield) end)()",
          "coroutine.wrap(function() require(coroutine.yield()) end)()()",
          "local co co = coroutine.create(function() assert(coroutine.resume(co)) end) assert(coroutine.resume(co))",
          "coroutine.resume(print)",
      });
  all_harmless(
      ground,
      {
          R"lua(local co = coroutine.wrap(function()
                  local ok, value = pcall(function() return coroutine.yield(1) + 1 end)
                  assert(ok and value == 8)
                  local failed, err = xpcall(function() coroutine.yield(2) error('after', 0) end, function(e) return e .. '!' end)
                  assert(not failed and err == 'after!')
                  return 3
                end)
                assert(co() == 1 and co(7) == 2 and co() == 3))lua",
          R"lua(local co = coroutine.wrap(function() for row in db.query('select 1 as a union all select 2') do coroutine.yield(row.a) end end)
                assert(co() == 1 and db.value('select 5') == 5 and co() == 2))lua",
          R"lua(local ok, err = coroutine.wrap(function() return db.savepoint(function()
                  db.execute('create table inside (id int)') coroutine.yield() end) end)()
                assert(not ok and not schema.has_table('inside') and db.value('select 1') == 1))lua",
          R"lua(local co = coroutine.create(function() error({ code = 7 }) end)
                local ok, err = coroutine.resume(co) assert(not ok and err.code == 7 and coroutine.status(co) == 'dead')
                assert(not coroutine.resume(co)))lua",
      });
  CHECK_THAT(ground.attempt_file("local m = migration { revision = 'a' }\nm.preflight = { check.that { test = "
                                 "coroutine.yield } }\nfunction m.upgrade() m.preflight[1].run() end\nreturn m\n"),
             StartsWith("WAX-3001"));
}

TEST_CASE("memory bombs end at the limit", "[script][families]") {
  Ground ground;
  for (const std::string bomb : {
           "local s = 'x' while true do s = s .. s end",
           "local t = {} for i = 1, 1e9 do t[i] = { i } end",
           "return ('x'):rep(2^30)",
           "local t = {} for i = 1, 100 do t[i] = ('x'):rep(1e6) end return table.concat(t)",
           "local t = {} for i = 1, 60 do t = { t, t } end return json.encode(t)",
           "local t = {} for i = 1, 60 do t = { a = t, b = t } end op.create_table(t)",
           "local t = { 1 } for i = 1, 60 do t = { t, t } end db.value('select $1', t)",
           "local s = ('x'):rep(1e6) return s:gsub('x', ('y'):rep(1e6))",
           "local t = {} while true do t[#t + 1] = coroutine.create(print) end",
           "local t = {} while true do t[#t + 1] = function() return t end end",
       }) {
    INFO(bomb);
    CHECK_THAT(ground.attempt(bomb), StartsWith("WAX-3006"));
  }
  all_refused(ground, {"return ('%99999d'):format(1)", "return unpack({}, 1, 1e8)",
                       "return ('x'):byte(1, -1, 1e9), error('x')", "return string.char(unpack({}, 1, 1e7))",
                       "return json.decode(('['):rep(1e5) .. (']'):rep(1e5))", "return json.decode(('[' ):rep(1e6))",
                       "return table.concat({}, 'x', 1, 1e9)", "return ('x'):rep(1e5):match(('(x'):rep(1e5))"});
  all_harmless(ground, {"assert(not pcall(string.rep, 'x', 2^30) and ('').rep('', 2^30) == '')",
                        "assert(#json.encode(json.decode(('['):rep(60) .. (']'):rep(60))) == 120)"});
  ground.surroundings.memory_limit_mb = 1;
  CHECK(ground.attempt("return 1") == "");
  ground.surroundings.memory_limit_mb = 0;
  CHECK_THAT(ground.attempt("return 1"), StartsWith("WAX-3006"));
}

TEST_CASE("a script that fills its memory early fails in order", "[script][families]") {
  Ground ground;
  ground.surroundings.memory_limit_mb = 2;
  const std::string fill =
      "local kept = {} pcall(function() for size = 16, 0, -1 do pcall(function() while true do kept[#kept + 1] = "
      "('x'):rep(2 ^ size) .. #kept end end) end end)\n";
  CHECK_THAT(ground.attempt_file("local m = migration { revision = 'a' }\n" + fill +
                                 "function m.upgrade() return kept end\nfunction m.downgrade() end\nreturn m\n"),
             StartsWith("WAX-3006"));
  CHECK_THAT(
      ground.attempt(
          fill + "while true do kept[#kept + 1] = db.rows('select g, g::text t from generate_series(1, 100) g') end"),
      StartsWith("WAX-3006"));
}

TEST_CASE("recursion of every kind ends before the stack does", "[script][families]") {
  Ground ground;
  for (const std::string recursion : {
           "local function f() return 1 + f() end f()",
           "local t = setmetatable({}, {}) local mt = { __index = function(t, k) return t[k .. 'x'] end } "
           "setmetatable(t, mt) return t.x",
           "local t = setmetatable({}, { __tostring = function(t) return tostring(t) .. '' end }) return tostring(t)",
           "local mt = {} mt.__tostring = print local t = setmetatable({}, mt) print(t)",
           "local t = setmetatable({}, { __concat = function(a, b) return a .. b end }) return t .. t",
           "local function f() assert(pcall(f)) end f()",
           "local function f() return coroutine.wrap(f)() end f()",
           "local function f() local ok, err = coroutine.resume(coroutine.create(f)) error(err, 0) end f()",
           "local function f() return (('x'):gsub('x', f)) end f()",
           "local function f() table.sort({ 3, 2, 1 }, f) end f()",
           "local t = {} t[1] = table.sort t[2] = t table.sort(t, table.sort)",
           "local function f() local ok, err = db.savepoint(f) error(err, 0) end f()",
           "local t = setmetatable({}, {}) local function f() return t.x end getmetatable(t).__index = f return t.x",
           "local function f() return (string.format('%s', setmetatable({}, { __tostring = f }))) end f()",
       }) {
    INFO(recursion);
    CHECK_THAT(ground.attempt(recursion), StartsWith("WAX-3"));
  }
}

TEST_CASE("no binding lets SQL end the transaction", "[script][families]") {
  Ground ground;
  ground.session().query("create table books (id int primary key, code text)");
  const tests::TemporaryFolder project;
  ground.surroundings.project_folder = project.path();
  base::write_file(project.path() + "/commit.sql", "select 1;\ncommit;\n");
  std::vector<std::string> attempts;
  for (const std::string function : {"db.execute", "db.value", "db.row", "db.rows", "db.query", "op.execute"})
    for (const std::string sql :
         {"commit", "ROLLBACK", "end", "abort", "begin", "start transaction", "select 1; commit", "/* */ -- x\n commit",
          "commit and chain", "prepare transaction 'x'", "commit prepared 'x'", "select '--'; commit",
          "select $$;$$; rollback", "discard all"})
      attempts.push_back(function + "([==[" + sql + "]==])");
  for (const std::string each : {
           "op.execute_file { path = 'commit.sql' }",
           "op.add_column { table = 'books', name = 'n', type = 'int; commit; begin' }",
           "op.add_column { table = 'books', name = 'n', type = 'int', default = '1; commit; begin' }",
           "op.create_check_constraint { table = 'books', name = 'c', check = 'true); commit; begin; select (1' }",
           "op.create_view { name = 'v', query = 'select 1; commit; begin' }",
           "op.create_view { name = 'v', as = 'select 1; commit; begin' }",
           "op.alter_column { table = 'books', name = 'code', type = 'text', using = 'code; commit; begin' }",
           "op.create_index { table = 'books', columns = { 'id' }, where = 'true; commit; begin' }",
           "check.no_rows { sql = 'select 1) x; commit; begin; select 1 from (select 1' }.run()",
           "check.rows { sql = 'select 1) x; commit; select 1 from (select 1' }.run()",
           "check.value { sql = 'commit', equals = 1 }.run()",
           "check.statistics { { '{count} books', 'commit' } }.run()",
           "check.that { test = function() return db.value('commit') end }.run()",
           "db.savepoint(function() db.execute('commit') end) db.execute('commit')",
           "db.execute(db.format('%s', 'commit'))",
           "db.execute('do $$ begin commit; end $$')",
           "db.execute('copy books from stdin')",
       })
    attempts.push_back(each);
  all_refused(ground, attempts);
  all_harmless(
      ground,
      {
          "local ok, err = db.savepoint(function() db.execute('commit') end) assert(not ok and err.code == 'WAX-2009')",
          "local ok, err = pcall(db.execute, 'rollback') assert(not ok and db.value('select 1') == 1)",
          "assert(db.value([[select 'commit; rollback']]) == 'commit; rollback')",
          "op.execute('create function f() returns int language plpgsql as $$ begin return 1; end $$')",
      });
}

TEST_CASE("nothing that scripts catch errors with swallows a cancel", "[script][families]") {
  Ground ground;
  for (const std::string body : {
           "while true do end",
           "while true do pcall(function() while true do end end) end",
           "local function f() pcall(f) pcall(f) end f()",
           "while true do xpcall(function() while true do end end, function() while true do end end) end",
           "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
           "local co = coroutine.wrap(function() while true do pcall(coroutine.yield, 1) end end) while true do "
           "pcall(co) end",
           "while true do pcall(coroutine.wrap(function() while true do pcall(error) end end)) end",
           "while true do db.savepoint(function() while true do end end) end",
           "while true do pcall(db.savepoint, function() error('x') end) end",
           "while true do pcall(db.value, 'select 1') end",
           "local function f() pcall(db.savepoint, f) pcall(db.savepoint, f) error('x') end f()",
           "local function f() pcall(coroutine.wrap(f)) pcall(coroutine.wrap(f)) error('x') end f()",
           "local function f() pcall(string.gsub, 'x', 'x', f) pcall(string.gsub, 'x', 'x', f) error('x') end f()",
           "while true do pcall(table.sort, { 1, 2, 3, 4 }, function() return true end) end",
           "while true do pcall(string.gsub, ('x'):rep(1000), 'x', function() pcall(error) end) end",
           "while true do pcall(check.that { test = function() while true do end end }.run) end",
           "while true do local ok, err = pcall(function() while true do end end) error('mine') end",
           "local t = setmetatable({}, { __index = function() while true do end end }) while true do pcall(function() "
           "return t.x end) end",
           "while true do pcall(error, setmetatable({}, { __tostring = function() while true do end end })) end",
           "for row in function() return 1 end do pcall(error, row) end",
       }) {
    INFO(body);
    std::thread later([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      base::set_interrupt_signal(SIGTERM);
    });
    ground.session().query("begin");
    const std::string outcome = tests::run_upgrade(body, ground.session(), ground.surroundings);
    later.join();
    base::set_interrupt_signal(0);
    ground.session().query("rollback");
    CHECK_THAT(outcome, StartsWith("WAX-3008"));
    CHECK(ground.attempt("return 1") == "");
  }
}
