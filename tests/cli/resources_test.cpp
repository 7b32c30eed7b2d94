// What runs out: disk, descriptors, memory. A run ends as done, or rolled back with the cause; never in a crash or a
// hang.
#include <fmt/format.h>
#include <pwd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"
#include "support/seed.hpp"
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
    write(
        "migrations/a.lua",
        "local m = migration { revision = \"a\" }\nfunction m.upgrade()\n  op.create_table { name = \"t\", columns = { "
        "{ name = \"n\", type = \"integer\" } } }\n  for i = 1, 20 do db.execute(\"insert into t values ($1)\", i) "
        "end\n"
        "end\nfunction m.downgrade() op.drop_table { name = \"t\" } end\nreturn m\n");
    write("migrations/b.sql", "-- revision: b\n-- revises: a\n-- waxwing: up\ncreate table u (n int);\n");
  }
  void write(const std::string& name, const std::string& text) const { base::write_file(path() + "/" + name, text); }
  std::string line(const std::string& words) const {
    return fmt::format("exec {} {} -C '{}' --url \"{}\"", WAXWING_PROGRAM, words, path(), url.conninfo());
  }
  /// Runs a shell line that sets a limit before it becomes waxwing.
  base::ProcessResult run(const std::string& limit, const std::string& words) const {
    base::ProcessOptions options;
    options.timeout = std::chrono::seconds(60);
    return base::run_process({"/bin/bash", "-c", limit + "; " + line(words)}, options);
  }
  std::int64_t count(const std::string& what) const {
    return tests::connect(url)->query("SELECT count(*) FROM " + what).integer(0, 0);
  }
  std::int64_t tables() const { return count("pg_tables WHERE tablename IN ('t', 'u')"); }
};

/// A disk of its own; not there for users who may not mount.
class SmallDisk {
 public:
  SmallDisk(const std::string& at, const std::string& options) : at_(at) {
    fs::create_directories(at_);
    is_there_ = mount("none", at_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  ~SmallDisk() {
    if (is_there_) umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  explicit operator bool() const { return is_there_; }

 private:
  std::string at_;
  bool is_there_ = false;
};

bool is_crash(const base::ProcessResult& result) { return result.timed_out || result.status >= 126; }

}  // namespace

TEST_CASE("results that cannot be written are no success", "[cli][resources]") {
  const Project project;
  base::ProcessResult result = project.run("exec >/dev/full", "history");
  CHECK(result.status == 1);
  CHECK_THAT(result.err, ContainsSubstring("WAX-1021") && ContainsSubstring("No space left on device"));
  result = project.run("exec >/dev/full", "upgrade head");
  CHECK(result.status == 1);
  CHECK_THAT(result.err, ContainsSubstring("the command itself ended with status 0"));
  CHECK(project.tables() == 2);
  // A reader that has seen enough is no failure.
  result = base::run_process({"/bin/bash", "-c", fmt::format("set -o pipefail; ({}) | true", project.line("history"))});
  CHECK(result.status == 0);
}

TEST_CASE("a log that cannot be written is said once, and the run goes on", "[cli][resources]") {
  const Project project;
  project.write("waxwing.lua", "return { log_file = '/dev/full' }");
  base::ProcessResult result = project.run("true", "upgrade head");
  CHECK(result.status == 0);
  CHECK_THAT(result.err, ContainsSubstring("the log /dev/full cannot be written: No space left on device"));
  CHECK(result.err.find("cannot be written") == result.err.rfind("cannot be written"));
  CHECK(project.tables() == 2);
  project.write("waxwing.lua", "return { log_file = 'log' }");
  project.write("log", std::string(4096, 'x'));
  result = project.run("ulimit -f 4", "downgrade a");
  CHECK_FALSE(is_crash(result));
  CHECK_THAT(result.err, ContainsSubstring("File too large"));
}

TEST_CASE("a new revision on a full disk leaves nothing behind", "[cli][resources]") {
  const Project project;
  project.write("template.lua", std::string(5000, '-') + "\n");
  project.write("waxwing.lua", "return { template = 'template.lua' }");
  const auto files = [&] { return std::distance(fs::directory_iterator(project.path() + "/migrations"), {}); };
  base::ProcessResult result = project.run("ulimit -f 1", "revision -m x");
  CHECK(result.status == 1);
  CHECK_THAT(result.err, ContainsSubstring("cannot write") && ContainsSubstring("File too large"));
  CHECK(files() == 2);
  fs::remove_all(project.path() + "/migrations");
  const SmallDisk disk(project.path() + "/migrations", "size=4k");
  if (!disk) return;
  result = project.run("true", "revision -m x");
  CHECK(result.status == 1);
  CHECK_THAT(result.err, ContainsSubstring("No space left on device") && ContainsSubstring("free some space"));
  CHECK(files() == 0);
}

TEST_CASE("a private server on a full disk says so, and starts when there is room", "[cli][resources]") {
  const Project project;
  // Root's servers do not lie in the project.
  const bool is_root = geteuid() == 0;
  const std::string folder = is_root ? "/var/tmp/waxwing-root/project-" +
                                           base::sha256_hex(fs::weakly_canonical(project.path()).string()).substr(0, 16)
                                     : project.path() + "/.waxwing";
  {
    const SmallDisk disk(folder, "size=2m,mode=711");
    if (!disk) return;
    const base::ProcessResult result = tests::waxwing({"private", "start", "-C", project.path()});
    INFO(result.err);
    CHECK_FALSE(is_crash(result));
    CHECK(result.status == 10);
    CHECK_THAT(result.err, ContainsSubstring("No space left on device"));
  }
  CHECK(tests::waxwing({"private", "start", "-C", project.path()}).status == 0);
  const std::string name = fs::path(project.path()).filename().string();
  CHECK(tests::waxwing({"private", "destroy", "--yes=" + name, "-C", project.path()}).status == 0);
}

TEST_CASE("a full disk of the server rolls the step back and is named", "[cli][resources]") {
  if (tests::lacks_superuser()) return;
  const Project project;
  const SmallDisk disk(project.path() + "/disk", "size=1m,mode=777");
  const auto connection = tests::connect(tests::superuser_url());
  std::string up =
      "set local temp_file_limit = '64kB'; set local work_mem = '64kB';\n"
      "create table big as select g, md5(g::text) from generate_series(1, 50000) g order by 2;\n";
  std::string cause = "temporary file size exceeds temp_file_limit";
  if (disk) {
    chmod(project.path().c_str(), 0755);
    // The server of root's tests runs as this user.
    if (const passwd* server = getpwnam("postgres"); server && geteuid() == 0)
      REQUIRE(chown((project.path() + "/disk").c_str(), server->pw_uid, server->pw_gid) == 0);
    connection->query(fmt::format("CREATE TABLESPACE small LOCATION '{}/disk'", project.path()));
    up = "create table big (n int, note text) tablespace small;\n"
         "insert into big select g, md5(g::text) from generate_series(1, 50000) g;\n";
    cause = "No space left on device";
  }
  project.write("migrations/c.sql", "-- revision: c\n-- revises: b\n-- waxwing: up\n" + up);
  const base::ProcessResult result = project.run("true", "upgrade head");
  INFO(result.err);
  CHECK(result.status == 1);
  CHECK_THAT(result.err, ContainsSubstring(cause) && ContainsSubstring("migrations/c.sql:5") &&
                             ContainsSubstring("revision c rolled back; database is at b"));
  CHECK(project.count("pg_tables WHERE tablename = 'big'") == 0);
  CHECK(project.count("waxwing.revision") == 2);
  if (disk) connection->query("DROP TABLESPACE small");
}

// A sanitizer needs descriptors of its own to tell what it has found.
#ifdef FAILING_MALLOC
TEST_CASE("too few descriptors are an error with its cause", "[cli][resources]") {
  const Project project;
  bool has_failed = false, is_done = false;
  for (const std::string words : {"history", "current", "upgrade head"})
    for (int limit = 3; limit <= 14; ++limit) {
      const base::ProcessResult result = project.run(fmt::format("ulimit -n {}", limit), words);
      INFO(words << " with " << limit << " descriptors: " << result.status << "\n" << result.err);
      // Below this not even the program's libraries can be opened.
      if (result.err.find("error while loading shared libraries") != std::string::npos) continue;
      CHECK_FALSE(is_crash(result));
      if (result.status == 0) {
        is_done = true;
        continue;
      }
      has_failed = true;
      CHECK_THAT(result.err, ContainsSubstring("Too many open files"));
    }
  CHECK(has_failed);
  CHECK(is_done);
  CHECK(project.tables() == 2);
}

namespace {

/// With WAXWING_MALLOC=all every request for memory fails once; otherwise this many, drawn at random.
constexpr std::size_t points_of_a_command = 30;

/// Preloaded into waxwing and not into the shell before it.
base::ProcessResult run_preloaded(const Project& project, const std::string& words, const std::string& variable) {
  return project.run("export LD_PRELOAD=" FAILING_MALLOC " " + variable, words);
}

long requests_of(const Project& project, const std::string& words) {
  const std::string file = project.path() + "/count";
  REQUIRE(run_preloaded(project, words, "FAIL_MALLOC_COUNT=" + file).status == 0);
  return std::atol(base::read_file(file).c_str());
}

void check_without_memory(const Project& project, const std::string& words, const std::string& when) {
  const base::ProcessResult result = run_preloaded(project, words, "FAIL_MALLOC=" + when);
  INFO(words << " with FAIL_MALLOC=" << when << ": " << result.status << "\n" << result.out << result.err);
  CHECK_FALSE(is_crash(result));
  CHECK(result.status != 70);
  if (result.status != 0)
    CHECK_THAT(base::lower(result.err), ContainsSubstring("memory") || ContainsSubstring("cannot allocate"));
}

void sweep(const std::string& words, const std::function<void(const Project&)>& before,
           const std::function<void(const Project&, bool)>& judge) {
  const Project project;
  before(project);
  const long requests = requests_of(project, words);
  REQUIRE(requests > 10);
  std::vector<long> points;
  const char* all = std::getenv("WAXWING_MALLOC");
  if (all && std::string_view(all) == "all") {
    for (long n = 1; n <= requests; ++n) points.push_back(n);
  } else {
    CAPTURE(tests::seed());
    std::mt19937 random(tests::seed());
    for (std::size_t i = 0; i < points_of_a_command; ++i)
      points.push_back(std::uniform_int_distribution<long>(1, requests)(random));
  }
  for (const long n : points)
    for (const char* mode : {"", "+"}) {
      before(project);
      check_without_memory(project, words, std::to_string(n) + mode);
      judge(project, *mode == '\0');
    }
}

}  // namespace

TEST_CASE("no memory for --version", "[cli][resources][memory]") {
  sweep(
      "--version", [](const Project&) {}, [](const Project&, bool) {});
}

TEST_CASE("no memory for current", "[cli][resources][memory]") {
  sweep(
      "current", [](const Project& project) { project.run("true", "upgrade head"); }, [](const Project&, bool) {});
}

TEST_CASE("no memory for upgrade", "[cli][resources][memory]") {
  sweep(
      "upgrade head",
      [](const Project& project) {
        tests::connect(project.url)->query("DROP TABLE IF EXISTS t, u; DROP SCHEMA IF EXISTS waxwing CASCADE");
      },
      [](const Project& project, bool) {
        const bool has_ledger = project.count("pg_namespace WHERE nspname = 'waxwing'") == 1;
        const std::int64_t applied = has_ledger ? project.count("waxwing.revision") : 0;
        // Each revision and its table come and stay away together.
        CHECK(project.tables() == applied);
        CHECK(project.run("true", "upgrade head").status == 0);
        CHECK(project.tables() == 2);
        CHECK(project.count("t") == 20);
      });
}
#endif
