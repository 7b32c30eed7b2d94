// A project in a temporary folder with a database of its own.
#pragma once
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "base/console.hpp"
#include "base/files.hpp"
#include "migrate/project.hpp"
#include "migrate/refusals.hpp"
#include "migrate/runner.hpp"
#include "support/database.hpp"

namespace tests {

/// Writes files, then opens as a migrate::Project on a fresh database; nothing is printed.
class TestProject {
 public:
  TestProject()
      : folder_(std::filesystem::temp_directory_path() / ("waxwing-test-" + base::random_hex(10))),
        url_(fresh_database()) {
    std::filesystem::create_directories(folder_ / "migrations");
    write("waxwing.lua", "return { lock_wait_s = 0 }");
  }
  ~TestProject() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TestProject(const TestProject&) = delete;
  TestProject& operator=(const TestProject&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    base::write_file((folder_ / name).string(), text);
  }
  /// A Lua migration whose upgrade and downgrade are these bodies.
  void migration(const std::string& revision, const std::string& revises, const std::string& up,
                 const std::string& down = "", const std::string& header = "", const std::string& more = "") const {
    write("migrations/" + revision + ".lua", "--- " + revision + "\nlocal m = migration { revision = \"" + revision +
                                                 "\", revises = " + (revises.empty() ? "nil" : "\"" + revises + "\"") +
                                                 header + " }\n" + more + "function m.upgrade()\n" + up +
                                                 "\nend\nfunction m.downgrade()\n" + down + "\nend\nreturn m\n");
  }
  migrate::Project open() {
    migrate::ProjectOptions options;
    options.directory = folder_.string();
    options.flags["url"] = url_.conninfo();
    return migrate::Project(std::move(options), console);
  }
  std::string path() const { return folder_.string(); }
  const postgres::Url& url() const { return url_; }
  std::unique_ptr<postgres::Connection> connect() const { return tests::connect(url_); }
  std::string value(const std::string& sql) const {
    const postgres::Result result = connect()->query(sql);
    return result.empty() ? "" : result.text(0, 0);
  }

  base::Console console{base::ConsoleOptions{}, quiet_file(), quiet_file()};

 private:
  static std::FILE* quiet_file() {
    static std::FILE* null = std::fopen("/dev/null", "w");
    return null;
  }
  std::filesystem::path folder_;
  postgres::Url url_;
};

/// Upgrades or downgrades as the commands do.
inline migrate::RunSummary run(TestProject& files, const std::string& command, const std::string& target) {
  migrate::Project project = files.open();
  migrate::LockedDatabase database(project, files.console);
  migrate::refuse_edited(project, database.rows());
  const auto steps = command == "upgrade" ? revisions::plan_upgrade(project.graph(), database.applied(), target)
                                          : revisions::plan_downgrade(project.graph(), database.applied(), target);
  migrate::refuse_impossible(project, steps);
  return migrate::run_steps(project, database, steps, {command, target, false}, files.console);
}

/// The code of the error that `action` throws; "" when it throws none.
template <class Action>
std::string code_of(Action action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.code().id;
  }
  return "";
}

}  // namespace tests
