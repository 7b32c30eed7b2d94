// Looking for programs, and a password file that is never on disk.
#include "postgres/client_programs.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

/// "pg_dump (PostgreSQL) 15.14 (Debian ...)" gives 15; 0 where there is no such program.
int major_version_in(const std::string& folder) {
  const std::string program = folder + "/pg_dump";
  if (base::find_program(program).empty()) return 0;
  const std::string text = base::run_process({program, "--version"}).out;
  const std::size_t at = text.find("(PostgreSQL) ");
  return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + std::strlen("(PostgreSQL) "));
}

std::vector<ClientPrograms> installed_programs() {
  std::vector<ClientPrograms> found;
  const auto look_in = [&](const std::string& folder) {
    if (const int major = major_version_in(folder)) found.push_back({folder, major});
  };
  if (const char* chosen = std::getenv("WAXWING_PG_BIN"); chosen && *chosen) {
    look_in(chosen);
    // A server may come without them.
    if (!found.empty()) return found;
  }
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
    look_in((entry.path() / "bin").string());
  if (const std::string program = base::find_program("pg_dump"); !program.empty())
    look_in(fs::path(program).parent_path().string());
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.major < b.major; });
  return found;
}

}  // namespace

ClientPrograms find_client_programs(int server_version) {
  const int wanted = server_version / 10000;
  const std::vector<ClientPrograms> installed = installed_programs();
  for (const ClientPrograms& each : installed)
    if (each.major >= wanted) return each;
  std::string cause = "no pg_dump is installed";
  if (!installed.empty())
    cause = fmt::format("the newest pg_dump is that of PostgreSQL {}, in {}", installed.back().major,
                        installed.back().folder);
  throw Error(code::client_programs_too_old,
              fmt::format("backups of a PostgreSQL {} server need its pg_dump and pg_restore", wanted))
      .because(cause)
      .advise(
          fmt::format("apt install postgresql-client-{}    or name a folder that has them in WAXWING_PG_BIN", wanted))
      .state("nothing was changed");
}

ClientAccess::ClientAccess(const Url& url) : conninfo_(url.conninfo_without_secrets()) {
  const std::string password = url.setting("password");
  if (password.empty()) return;
  if (password.find('\n') != std::string::npos)
    throw Error(code::bad_url, "a password with a line break cannot be handed to pg_dump or psql");
  std::string line = "*:*:*:*:";
  for (const char c : password) {
    if (c == ':' || c == '\\') line += '\\';
    line += c;
  }
  line += '\n';
  password_file_ = memfd_create("waxwing-passfile", MFD_CLOEXEC);
  // libpq refuses a password file that others may read.
  if (password_file_ < 0 || fchmod(password_file_, 0600) != 0 ||
      write(password_file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw Error(code::backup_failed, "the password cannot be handed to pg_dump").because(std::strerror(errno));
}

ClientAccess::~ClientAccess() {
  if (password_file_ >= 0) close(password_file_);
}

base::ProcessOptions ClientAccess::process_options() const {
  base::ProcessOptions options;
  options.ends_with_us = true;
  options.environment["PGAPPNAME"] = "waxwing";
  // Messages are looked at for words.
  options.environment["LC_MESSAGES"] = "C";
  if (password_file_ >= 0) options.environment["PGPASSFILE"] = fmt::format("/proc/{}/fd/{}", getpid(), password_file_);
  return options;
}

std::string last_lines(const std::string& text, std::size_t count) {
  std::vector<std::string> lines = base::split(base::trim(text), '\n');
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return base::join(lines, "\n");
}

}  // namespace postgres
