// pg_dump, the password in a file of its own, and the normal form of a dump.
#include "postgres/schema_dump.hpp"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "postgres/private_cluster.hpp"
#include "postgres/sql_text.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;

namespace {

/// A file for libpq with the password, which only this user can read and which is gone with this object.
class PasswordFile {
 public:
  explicit PasswordFile(const std::string& password) {
    if (password.empty()) return;
    const char* folder = std::getenv("TMPDIR");
    path_ = std::string(folder && *folder ? folder : "/tmp") + "/waxwing-pass-XXXXXX";
    const int file = mkstemp(path_.data());
    const std::string line =
        "*:*:*:*:" + base::replace_all(base::replace_all(password, "\\", "\\\\"), ":", "\\:") + "\n";
    const bool is_written = file >= 0 && write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (file >= 0) close(file);
    if (!is_written) throw Error(code::cannot_write_file, "cannot write " + path_);
  }
  ~PasswordFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  PasswordFile(const PasswordFile&) = delete;
  PasswordFile& operator=(const PasswordFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string dump(const Url& url, const std::string& left_out, int major) {
  const PasswordFile password(url.setting("password"));
  Url without_password = url;
  base::ProcessOptions options;
  if (!password.path().empty()) {
    without_password.set("password", "");
    options.environment = {{"PGPASSFILE", password.path()}, {"PGPASSWORD", std::nullopt}};
  }
  const base::ProcessResult result =
      base::run_process({postgres_bin_directory(major) + "/pg_dump", "--schema-only", "--no-owner", "--exclude-schema",
                         left_out, "--dbname", without_password.conninfo()},
                        options);
  if (result.status != 0)
    throw Error(code::program_failed, fmt::format("pg_dump failed with status {}", result.status))
        .because(std::string(base::trim(result.err)));
  return result.out;
}

std::string normal(std::string_view statement) {
  std::string text(statement);
  if (!text.starts_with("CREATE TABLE") && !text.starts_with("CREATE UNLOGGED TABLE")) return text;
  std::vector<std::string> lines = base::split(text, '\n');
  for (std::string& line : lines)
    if (line.ends_with(',')) line.pop_back();
  std::sort(lines.begin() + 1, lines.end());
  return base::join(lines, "\n");
}

void mark(std::string& text, char sign, const std::vector<std::string>& statements) {
  for (const std::string& statement : statements)
    for (const std::string& line : base::split(statement, '\n')) text += fmt::format("{} {}\n", sign, line);
}

}  // namespace

std::vector<std::string> schema_statements(const Url& url, const std::string& left_out, int major) {
  std::string sql;
  for (const std::string& line : base::split(dump(url, left_out, major), '\n'))
    // Newer pg_dumps frame their output with \restrict and a random word.
    if (!line.starts_with("\\") && !line.starts_with("--")) sql += line + "\n";
  std::vector<std::string> statements;
  for (const Statement& statement : split_statements(sql))
    if (!statement.text.starts_with("SET ") && !statement.text.starts_with("SELECT pg_catalog.set_config"))
      statements.push_back(normal(statement.text));
  std::sort(statements.begin(), statements.end());
  return statements;
}

std::string schema_difference(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::string> gone, come;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(come));
  std::string text;
  mark(text, '-', gone);
  mark(text, '+', come);
  return text;
}

}  // namespace postgres
