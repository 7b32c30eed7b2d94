// Ways out of the sandbox, each refused; afterwards the host works and the transaction can be rolled back.
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "script/migration.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"
#include "support/temporary_folder.hpp"

namespace {

struct Sandbox : tests::TemporaryFolder {
  std::unique_ptr<postgres::Connection> session = tests::connect(tests::fresh_database());
  script::Surroundings surroundings;

  Sandbox() {
    std::filesystem::create_directories(path() + "/lib");
    surroundings.project_folder = path();
    surroundings.module_folders = {path() + "/lib"};
    surroundings.memory_limit_mb = 64;
  }
  /// The code of the error, or "" when the script came to its end.
  std::string run_file(const std::string& text) {
    base::write_file(path() + "/m.lua", text);
    std::string code;
    try {
      script::open_migration(path() + "/m.lua", "m.lua", surroundings)->upgrade(*session);
    } catch (const base::Error& error) {
      code = error.code().id;
    }
    return code;
  }
  std::string run(const std::string& body) {
    return run_file("local m = migration { revision = 'a' }\nfunction m.upgrade()\n" + body + "\nend\nreturn m\n");
  }
};

}  // namespace

TEST_CASE("every way out of the sandbox is refused", "[script][escapes]") {
  Sandbox sandbox;
  base::write_file(sandbox.path() + "/lib/shared.lua", "return { format = string.format }");
  base::write_file(sandbox.path() + "/lib/itself.lua", "return require('itself')");
  base::write_file(sandbox.path() + "/lib/bytecode.lua", std::string("\x1BLJ\x02\x0A", 5));
  base::write_file(sandbox.path() + "/secret.lua", "return 'secret'");
  std::filesystem::create_symlink(sandbox.path() + "/secret.lua", sandbox.path() + "/lib/linked.lua");
  const std::string escapes[] = {
      // ffi and bytecode
      "require('ffi')", "ffi.C.abort()", "require('jit.util')", "jit.attach(print)", "string.dump(function() end)",
      "(''):dump()", "load('\\27LJ')", "loadstring(string.char(27, 76, 74))", "require('bytecode')",
      "package.preload.ffi()", "package.loaded.ffi.C.abort()", "require('table.new')",
      // the loader
      "package.loadlib('/lib/libc.so.6', 'system')", "package.searchers[1]('x')", "package.loaders[2]('x')",
      "package.path = '/tmp/?.lua'", "require('../secret')", "require('/etc/passwd')", "require('lib/../../secret')",
      "require('linked')", "require('')", "require('.')", "require('a\\0b')", "dofile('/etc/passwd')",
      "loadfile('/etc/passwd')", "module('x', package.seeall)",
      // the debug library and environments
      "debug.getregistry()", "debug.setmetatable('', {})", "debug.sethook()", "debug.getupvalue(db.execute, 1)",
      "getfenv(0)", "setfenv(0, {})", "getfenv(require)", "newproxy(true)",
      // metatables
      "getmetatable('').__index = {}", "setmetatable(string, {})", "setmetatable(_G, {})", "setmetatable(db, {})",
      "getmetatable(db).__index = nil", "getmetatable(op).__index = nil", "getmetatable(check).__index = nil",
      "getmetatable(db.null).__eq = nil", "setmetatable(db.null, {})",
      "local _, e = pcall(db.execute, 'nonsense') getmetatable(e).__gc = nil",
      "local _, e = pcall(db.execute, 'nonsense') setmetatable(e, {})",
      // replacing what others rely on
      "string.format = nil", "table.insert = print", "math.floor = nil", "db.execute = function() end", "db = {}",
      "pcall = nil", "op.create_table = nil", "schema.has_table = nil", "check.no_rows = nil", "log.info = nil",
      "json.encode = nil", "_G.db = nil", "_G._G = {}", "coroutine.resume = nil", "rawset(_G, 'db', nil)",
      "rawset(string, 'format', nil)", "require('shared').format = nil string.format = 1",
      // wrong selves
      "getmetatable(db.query('select 1')).__gc(1)", "db.query('select 1')('x', {})()()", "tostring(db.null)()",
      "op.create_table('')", "op.create_table(op)", "db.execute(db)", "db.format(db.null)",
      // yields across bindings
      "coroutine.yield()", "coroutine.wrap(function() db.savepoint(coroutine.yield) error('on') end)()",
      "coroutine.wrap(function() db.autocommit(coroutine.yield) error('on') end)()",
      // errors of odd kinds
      "error()", "error(nil)", "error(false)", "error({})", "error(function() end)", "error(db.null)",
      "error(setmetatable({}, { __tostring = function() error('again') end }))", "error(coroutine.create(print))",
      // memory and recursion
      "local t = {} for i = 1, 1e9 do t[i] = i end", "local s = 'x' for i = 1, 40 do s = s .. s end",
      "string.rep('x', 2^30)", "string.format('%99999999d', 1)", "table.concat({}, ('x'):rep(2^27), 1, 2)",
      "local function f() return f() + 1 end f()",
      "local t = setmetatable({}, {}) getmetatable(t).__index = function(s, k) return s[k .. 'x'] end return t.x",

      "local function f() return coroutine.wrap(f)() + 1 end f()",
      "local function f() return ('x'):gsub('x', f) end f()",
      "local function f() table.sort({ 1, 2, 3 }, f) return false end f()",
      "local t = setmetatable({}, { __tostring = function(t) return tostring(t) .. 'x' end }) tostring(t)",
      "local function f() assert(db.savepoint(f)) end f()", "require('itself')", "collectgarbage('stop')",
      "collectgarbage('setpause', 10000)", "gcinfo()",
      // the transaction
      "db.execute('commit')", "db.value('rollback')", "db.rows('begin')", "db.query('end')", "db.row('abort')",
      "db.execute('select 1; commit; select 2')", "db.execute('prepare transaction $$x$$')", "op.execute('commit')",
      "op.execute { sql = 'rollback' }", "db.execute('discard all')", "db.execute('commit and chain')",
      "db.execute('do $$ begin commit; end $$')", "schema.has_table(\"x'; commit; --\") db.execute('commit')",
      // the system
      "os.execute('true')", "os.exit(0)", "os.remove('/tmp/x')", "os.rename('a', 'b')", "os.getenv('HOME')",
      "os.tmpname()", "os.setlocale('C')", "io.open('/etc/passwd')", "io.popen('true')", "io.write('x')"};
  std::size_t refused = 0;
  for (const std::string& escape : escapes) {
    INFO(escape);
    sandbox.session->query("begin");
    sandbox.session->query("create table marker (n int)");
    const std::string code = sandbox.run(escape);
    CHECK(code != "");
    refused += code != "";
    // The host is alive, the next script finds everything in its place, and the transaction is still ours.
    REQUIRE(sandbox.session->is_alive());
    CHECK(sandbox.session->transaction_status() != postgres::TransactionStatus::idle);
    sandbox.session->query("rollback");
    CHECK(sandbox.run("assert(string.format('%d', 1) == '1') assert(db.value('select 1') == 1) "
                      "assert(require('shared').format)") == "");
    CHECK(sandbox.session->query("select to_regclass('marker') is null").boolean(0, 0));
  }
  std::printf("%zu of %zu escapes refused\n", refused, std::size(escapes));
}

TEST_CASE("a file of bytecode is no migration", "[script][escapes]") {
  Sandbox sandbox;
  CHECK(sandbox.run_file(std::string("\x1BLJ\x02\x0A\x01", 6)) == "WAX-3003");
  CHECK(sandbox.run_file("#!/usr/bin/env waxwing\n\x1BLJ") == "WAX-3003");
}

TEST_CASE("what a script keeps beyond its statement does no harm", "[script][escapes]") {
  Sandbox sandbox;
  CHECK(sandbox.run(
            "local next_row = db.query('select generate_series(1, 3)') db.execute('create table t (n int)') next_row() "
            "next_row() next_row() assert(next_row() == nil and next_row() == nil)") == "");
  CHECK(sandbox.run("local co = coroutine.wrap(function() pcall(function() coroutine.yield(1) error('x') end) "
                    "coroutine.yield(2) end) "
                    "assert(co() == 1 and co() == 2)") == "");
  CHECK(
      sandbox.run(
          "local ok, err = pcall(db.execute, 'select nonsense') assert(not ok) assert(('x ' .. err):find('nonsense')) "
          "assert((err .. ' x'):find('nonsense') and err.code == 'WAX-2003' and err.place:find('m.lua'))") == "");
}

TEST_CASE("an unknown member of a library names those there are", "[script][escapes]") {
  Sandbox sandbox;
  base::write_file(sandbox.path() + "/m.lua",
                   "local m = migration { revision = 'a' }\nfunction m.upgrade() db.excute('x') end\nreturn m\n");
  try {
    script::open_migration(sandbox.path() + "/m.lua", "m.lua", sandbox.surroundings)->upgrade(*sandbox.session);
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()) == "there is no db.excute; did you mean \"execute\"?");
    CHECK_THAT(error.cause(), ContainsSubstring("autocommit, batches, copy_in, execute"));
  }
}
