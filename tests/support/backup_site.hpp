// A project with a database of journals, for the tests of backup and restore.
#pragma once
#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "support/database.hpp"
#include "support/temporary_folder.hpp"
#include "support/waxwing_program.hpp"

namespace tests {

class BackupSite {
 public:
  explicit BackupSite(const postgres::Url& url = fresh_database()) : url_(url) {
    std::filesystem::create_directories(path("migrations"));
    write("waxwing.lua", "return { environments = { strict = { require_backup = true } } }");
    write("migrations/a.sql",
          "-- revision: a\n-- revises:\n-- message: journals\n-- waxwing: up\n"
          "CREATE TYPE mood AS ENUM ('calm', 'stormy');\n"
          "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE);\n"
          "CREATE TABLE journals (id serial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, at timestamptz NOT "
          "NULL DEFAULT now(), weight double precision, mood mood, body bytea);\n"
          "CREATE TABLE empty_one (n int);\n"
          "CREATE VIEW calm AS SELECT id FROM journals WHERE mood = 'calm';\n"
          "INSERT INTO users (email) SELECT 'u' || n || '@example.org' FROM generate_series(1, 50) n;\n"
          "INSERT INTO journals (user_id, weight, mood, body) SELECT 1 + n % 50, n / 7.0, 'calm', "
          "decode(md5(n::text), 'hex') FROM generate_series(1, 500) n;\n"
          "-- waxwing: down\nDROP VIEW calm; DROP TABLE journals, users, empty_one; DROP TYPE mood;\n");
    write(
        "migrations/b.lua",
        "--- drop the weights\nlocal m = migration { revision = 'b', revises = 'a', backup_required = true, breaking "
        "= 'old clients fail' }\nfunction m.upgrade()\n  op.drop_column { table = 'journals', name = 'weight' }\nend\n"
        "m.downgrade = irreversible('the weights are gone')\nreturn m\n");
  }

  base::ProcessResult run(std::vector<std::string> words, base::ProcessOptions options = {}) const {
    words.insert(words.end(), {"-C", folder_.path(), "--url", url_.conninfo()});
    options.environment.insert({"LC_ALL", "C.UTF-8"});
    return waxwing(words, options);
  }
  void write(const std::string& name, const std::string& text) const { base::write_file(path(name), text); }
  std::string path(const std::string& name = "") const { return folder_.path() + "/" + name; }
  const postgres::Url& url() const { return url_; }
  std::string value(const std::string& sql) const {
    const postgres::Result found = connect(url_)->query(sql);
    return found.empty() ? "" : found.text(0, 0);
  }
  /// Names in the backup folder, hidden ones too, without manifests.
  std::vector<std::string> backups() const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path("backups"), ignored))
      if (entry.path().extension() != ".json") names.push_back(entry.path().filename().string());
    return names;
  }
  /// The only backup there is, as a path from the project's folder.
  std::string backup() const { return backups().size() == 1 ? "backups/" + backups().front() : "not one backup"; }

 private:
  TemporaryFolder folder_;
  postgres::Url url_;
};

}  // namespace tests
