// Files as they come: other encodings, pipes, links, folders, huge ones. Each is read right or refused by name and
// cause.
#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/database.hpp"
#include "support/temporary_folder.hpp"
#include "support/waxwing_program.hpp"

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

struct Project : tests::TemporaryFolder {
  postgres::Url url = tests::fresh_database();
  Project() {
    fs::create_directories(path() + "/migrations");
    write("waxwing.lua", "return {}");
  }
  void write(const std::string& name, const std::string& text) const { base::write_file(path() + "/" + name, text); }
  std::string at(const std::string& name) const { return path() + "/" + name; }
  base::ProcessResult run(Words words) const {
    words.insert(words.end(), {"-C", path(), "--url", url.conninfo()});
    base::ProcessOptions options;
    options.timeout = std::chrono::seconds(120);
    return tests::waxwing(words, options);
  }
  /// Refused by every command that reads migrations, with all these words, and nothing is done.
  void check_refused(const Words& said) const {
    for (const Words& words : std::vector<Words>{{"upgrade", "head"}, {"history"}, {"plan", "head"}, {"status"}}) {
      const base::ProcessResult result = run(words);
      INFO(words.front() << ": " << result.out << result.err);
      CHECK_FALSE(result.timed_out);
      CHECK(result.status == 2);
      for (const std::string& each : said) CHECK_THAT(result.err, ContainsSubstring(each));
    }
    CHECK(count("pg_tables WHERE schemaname = 'public'") == 0);
  }
  std::int64_t count(const std::string& what) const {
    return tests::connect(url)->query("SELECT count(*) FROM " + what).integer(0, 0);
  }
};

std::string utf16(const std::string& text, bool big, bool with_mark) {
  std::string out = with_mark ? (big ? "\xFE\xFF" : "\xFF\xFE") : "";
  for (const char c : text) {
    const char pair[] = {big ? '\0' : c, big ? c : '\0'};
    out.append(pair, 2);
  }
  return out;
}

const std::string sql =
    "-- revision: a\n-- revises:\n\n-- waxwing: up\ncreate table t (\n  n int\n);\ninsert into t values (1);\n";
const std::string lua =
    "--- a\nlocal m = migration { revision = \"a\" }\nfunction m.upgrade()\n  db.execute(\"create table t (n int)\")\n"
    "  db.execute(\"insert into t values (1)\")\nend\nreturn m\n";

std::string with_crlf(std::string text) {
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) text.insert(at, "\r");
  return text;
}

}  // namespace

TEST_CASE("a byte-order mark and CRLF are read, and are the same text", "[cli][files]") {
  for (const char* name : {"a.sql", "a.lua"}) {
    const std::string& text = std::string_view(name).ends_with("sql") ? sql : lua;
    const Project project;
    project.write(std::string("migrations/") + name, "\xEF\xBB\xBF" + with_crlf(text));
    project.write("waxwing.lua", "\xEF\xBB\xBFreturn {\r\n}\r\n");
    project.write(".env",
                  "\xEF\xBB\xBF"
                  "A=1\r\n");
    const base::ProcessResult result = project.run({"upgrade", "head"});
    INFO(result.err);
    CHECK(result.status == 0);
    CHECK(project.count("t") == 1);
    // The checkout of another system has LF.
    project.write(std::string("migrations/") + name, text);
    CHECK(project.run({"upgrade", "head"}).status == 0);
  }
}

TEST_CASE("UTF-16 and zero bytes are refused by name", "[cli][files]") {
  for (const char* name : {"a.sql", "a.lua"}) {
    const std::string& text = std::string_view(name).ends_with("sql") ? sql : lua;
    const Project project;
    const std::string path = std::string("migrations/") + name;
    project.write(path, utf16(text, false, true));
    project.check_refused({path + " is not UTF-8 text", "UTF-16 (little-endian)", "save it as UTF-8", "WAX-3020"});
    project.write(path, utf16(text, true, true));
    project.check_refused({path, "UTF-16 (big-endian)"});
    project.write(path, utf16(text, false, false));
    project.check_refused({path, "UTF-16 (little-endian)"});
    project.write(path, utf16(text, true, false));
    project.check_refused({path, "UTF-16 (big-endian)"});
    project.write(path, text + std::string(1, '\0') + "\n");
    project.check_refused({path + ":" + std::to_string(std::count(text.begin(), text.end(), '\n') + 1), "zero byte"});
  }
}

TEST_CASE("a configuration in UTF-16 is refused by name", "[cli][files]") {
  const Project project;
  project.write(".env", utf16("A=1\n", false, true));
  base::ProcessResult result = project.run({"config"});
  CHECK(result.status == 2);
  CHECK_THAT(result.err, ContainsSubstring(".env is not UTF-8 text") && ContainsSubstring("little-endian"));
  project.write(".env", "");
  project.write("waxwing.lua", utf16("return {}", true, true));
  result = project.run({"config"});
  CHECK(result.status == 2);
  CHECK_THAT(result.err, ContainsSubstring("waxwing.lua is not UTF-8 text") && ContainsSubstring("big-endian"));
}

TEST_CASE("empty and unreadable files, links to nowhere and to folders are refused by name", "[cli][files]") {
  const Project project;
  project.write("migrations/a.sql", "");
  project.check_refused({"migrations/a.sql", "no -- revision: line"});
  fs::remove(project.at("migrations/a.sql"));
  project.write("migrations/a.lua", "");
  project.check_refused({"migrations/a.lua"});
  fs::remove(project.at("migrations/a.lua"));
  fs::create_symlink("/nonexistent/a.sql", project.at("migrations/a.sql"));
  project.check_refused({"cannot read migrations/a.sql", "No such file"});
  fs::remove(project.at("migrations/a.sql"));
  fs::create_symlink("/tmp", project.at("migrations/a.lua"));
  project.check_refused({"cannot read migrations/a.lua", "it is a folder"});
  fs::remove(project.at("migrations/a.lua"));
  if (geteuid() == 0) return;
  project.write("migrations/a.sql", sql);
  chmod(project.at("migrations/a.sql").c_str(), 0);
  project.check_refused({"cannot read migrations/a.sql", "Permission denied"});
}

TEST_CASE("a folder with a migration's name is no migration", "[cli][files]") {
  const Project project;
  fs::create_directories(project.at("migrations/old.lua"));
  fs::create_directories(project.at("migrations/old.sql"));
  project.write("migrations/a.sql", sql);
  CHECK(project.run({"upgrade", "head"}).status == 0);
  CHECK(project.count("t") == 1);
}

TEST_CASE("links to files inside and outside of the project are read", "[cli][files]") {
  const Project project;
  const tests::TemporaryFolder elsewhere;
  base::write_file(elsewhere.path() + "/there.sql", sql);
  project.write("shared.sql", "-- revision: b\n-- revises: a\n-- waxwing: up\ncreate table u (n int);\n");
  fs::create_symlink(elsewhere.path() + "/there.sql", project.at("migrations/a.sql"));
  fs::create_symlink("../shared.sql", project.at("migrations/b.sql"));
  CHECK(project.run({"upgrade", "head"}).status == 0);
  CHECK(project.count("pg_tables WHERE tablename IN ('t', 'u')") == 2);
}

TEST_CASE("a named pipe never holds anything up", "[cli][files]") {
  const Project project;
  const auto pipe = [&](const std::string& name) {
    fs::remove(project.at(name));
    REQUIRE(mkfifo(project.at(name).c_str(), 0600) == 0);
  };
  for (const char* name : {"migrations/a.sql", "migrations/a.lua"}) {
    pipe(name);
    project.check_refused({std::string("cannot read ") + name, "named pipe"});
    // One that has a writer who does not write.
    const int writer = open(project.at(name).c_str(), O_RDWR);
    REQUIRE(writer >= 0);
    project.check_refused({std::string("cannot read ") + name, "named pipe"});
    close(writer);
    fs::remove(project.at(name));
  }
  for (const char* name : {".env", "waxwing.lua"}) {
    pipe(name);
    const base::ProcessResult result = project.run({"config"});
    CHECK(result.status == 2);
    CHECK_THAT(result.err, ContainsSubstring(name) && ContainsSubstring("named pipe"));
    fs::remove(project.at(name));
  }
  project.write("waxwing.lua", "return { log_file = 'log', template = 'template.lua' }");
  pipe("log");
  base::ProcessResult result = project.run({"config"});
  CHECK(result.status == 1);
  CHECK_THAT(result.err,
             ContainsSubstring("cannot write the log") && ContainsSubstring("a named pipe that nobody reads"));
  fs::remove(project.at("log"));
  pipe("template.lua");
  result = project.run({"revision", "-m", "x"});
  CHECK(result.status == 2);
  CHECK_THAT(result.err, ContainsSubstring("template") && ContainsSubstring("named pipe"));
  fs::create_directories(project.at("migrations/lib"));
  pipe("migrations/lib/helper.lua");
  pipe("data.sql");
  for (const std::string body : {"require \"helper\"", "op.execute_file { path = \"data.sql\" }"}) {
    project.write("migrations/a.lua",
                  "local m = migration { revision = \"a\" }\nfunction m.upgrade()\n" + body + "\nend\nreturn m\n");
    result = project.run({"upgrade", "head"});
    INFO(result.err);
    CHECK(result.status != 0);
    CHECK_FALSE(result.timed_out);
    CHECK_THAT(result.err, ContainsSubstring("named pipe") && ContainsSubstring("migrations/a.lua:3"));
  }
}

TEST_CASE("modules cannot be outside of their folders", "[cli][files]") {
  const Project project;
  const tests::TemporaryFolder elsewhere;
  base::write_file(elsewhere.path() + "/helper.lua", "return {}");
  project.write("outside.lua", "return {}");
  fs::create_directories(project.at("migrations/lib"));
  fs::create_symlink(elsewhere.path() + "/helper.lua", project.at("migrations/lib/helper.lua"));
  for (const std::string& name : {std::string("helper"), std::string("../../outside"), std::string("..outside"),
                                  elsewhere.path() + "/helper", std::string("/etc/passwd")}) {
    project.write("migrations/a.lua", "local m = migration { revision = \"a\" }\nfunction m.upgrade()\nrequire \"" +
                                          name + "\"\nend\nreturn m\n");
    const base::ProcessResult result = project.run({"upgrade", "head"});
    INFO(name << result.err);
    CHECK(result.status == 1);
    CHECK_THAT(result.err, ContainsSubstring("WAX-3009"));
  }
}

TEST_CASE("a file that is larger than any migration may be is refused at once", "[cli][files]") {
  const Project project;
  for (const char* name : {"migrations/a.sql", "migrations/a.lua", "waxwing.lua"}) {
    project.write("waxwing.lua", "return {}");
    project.write(name, std::string_view(name).ends_with("sql") ? sql : lua);
    // A hole: the disk need not have the room.
    fs::resize_file(project.at(name), std::uintmax_t{1} << 30);
    const base::ProcessResult result = project.run({"upgrade", "head"});
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, ContainsSubstring(name) && ContainsSubstring("larger than 256M"));
    fs::remove(project.at(name));
  }
}

TEST_CASE("a migration of very many statements is run", "[cli][files]") {
  const Project project;
  // WAXWING_STATEMENTS=1000000 takes minutes.
  const char* wanted = std::getenv("WAXWING_STATEMENTS");
  const int statements = wanted ? std::atoi(wanted) : 20000;
  {
    std::ofstream file(project.at("migrations/a.sql"));
    file << "-- revision: a\n-- waxwing: up\ncreate table t (n int, note text);\n";
    for (int i = 1; i < statements; ++i) file << "insert into t values (" << i << ", 'it''s a note');\n";
  }
  base::ProcessOptions options;
  options.timeout = std::chrono::minutes(30);
  const base::Stopwatch stopwatch;
#ifdef __SANITIZE_ADDRESS__
  const char* limit = "";  // AddressSanitizer reserves terabytes of addresses.
#else
  const char* limit = "ulimit -v 3000000; ";
#endif
  const std::string command = fmt::format("{}exec {} upgrade head -C '{}' --url \"{}\"", limit, WAXWING_PROGRAM,
                                          project.path(), project.url.conninfo());
  const base::ProcessResult result = base::run_process({"/bin/bash", "-c", command}, options);
  INFO(result.err);
  CHECK(result.status == 0);
  CHECK(project.count("t") == statements - 1);
  if (wanted) WARN(statements << " statements in " << stopwatch.milliseconds() / 1000 << " s");
}

TEST_CASE("a file that is replaced during the run is run as it was read, or refused", "[cli][files]") {
  const Project project;
  const std::string revised = "-- revision: b\n-- revises: a\n-- waxwing: up\ncreate table u (n int);\n";
  project.write("migrations/a.sql", "-- revision: a\n-- waxwing: up\ncreate table t (n int);\nselect pg_sleep(1.5);\n");
  project.write("migrations/b.sql", revised);
  tests::Child child({"upgrade", "head", "-v", "-C", project.path(), "--url", project.url.conninfo()},
                     project.at("output"));
  const auto connection = tests::connect(project.url);
  for (int i = 0; i < 500; ++i) {
    if (connection
            ->query("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1.5)%' AND pid <> "
                    "pg_backend_pid()")
            .integer(0, 0) > 0)
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  project.write("migrations/a.sql", "-- revision: a\n-- waxwing: up\ncreate table other (n int);\n");
  project.write("migrations/b.sql", "-- revision: c\n-- revises: a\n-- waxwing: up\ncreate table v (n int);\n");
  CHECK(child.wait(60000) == 1);
  const std::string output = base::read_file(project.at("output"));
  CHECK_THAT(output, ContainsSubstring("WAX-3021") && ContainsSubstring("migrations/b.sql was replaced") &&
                         ContainsSubstring("revision b was planned, and the file now says c"));
  CHECK(project.count("pg_tables WHERE tablename IN ('u', 'v', 'other')") == 0);
  CHECK(project.count("waxwing.revision") == 1);
  // The first ran as it was read; that its file is another one now is seen by the next command.
  const base::ProcessResult next = project.run({"upgrade", "head"});
  CHECK(next.status == 11);
  CHECK_THAT(next.err, ContainsSubstring("migrations/a.sql"));
}
