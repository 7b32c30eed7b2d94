// Running pg_dump and pg_restore.
#include "postgres/dump.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;

void dump(const ClientPrograms& programs, const Url& url, const std::string& path, const DumpOptions& options) {
  const ClientAccess access(url);
  // A low compression level: zlib's usual one takes more time than all the rest, for a tenth of the size.
  std::vector<std::string> command = {programs.path("pg_dump"),
                                      "--format=custom",
                                      "--compress=1",
                                      "--no-password",
                                      "--snapshot=" + options.snapshot,
                                      fmt::format("--lock-wait-timeout={}", options.lock_wait_ms),
                                      "--file=" + path,
                                      "--dbname=" + access.conninfo()};
  for (const std::string& table : options.without_rows) command.push_back("--exclude-table-data=" + table);
  base::ProcessOptions process = access.process_options();
  process.while_waiting = options.while_waiting;
  const base::ProcessResult result = base::run_process(command, process);
  if (result.status == 0) return;
  Error error(code::backup_failed, "pg_dump failed");
  if (result.status == 128 + SIGXFSZ)
    error.because("the file grew over the file size limit of this user (ulimit -f)");
  else
    error.because(result.err.empty() ? fmt::format("it ended with status {}", result.status) : last_lines(result.err));
  if (result.err.find("No space left") != std::string::npos)
    error.advise("free some space, or set backup_folder to a larger disk");
  else if (result.err.find("permission denied") != std::string::npos)
    error.advise("back up as a role that may read every table, such as the database's owner");
  else if (result.err.find("row-level security") != std::string::npos)
    error.advise("back up as the tables' owner or as a role with BYPASSRLS");
  throw error;
}

ArchiveFormat archive_format(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) throw Error(code::cannot_read_file, "cannot read " + path);
  std::string start(4096, '\0');
  start.resize(std::fread(start.data(), 1, start.size(), file.get()));
  if (start.empty()) return ArchiveFormat::empty;
  if (start.starts_with("PGDMP")) return ArchiveFormat::custom;
  if (start.size() > 262 && start.compare(257, 5, "ustar") == 0) return ArchiveFormat::tar;
  if (start.find('\0') != std::string::npos) return ArchiveFormat::unknown;
  const std::string_view text = base::trim(start);
  return text.starts_with("--") || text.starts_with("SET ") || text.starts_with("\\restrict") ? ArchiveFormat::plain
                                                                                              : ArchiveFormat::unknown;
}

void restore_into_scratch(const ClientPrograms& programs, const Url& url, const std::string& path,
                          const ScratchRestoreOptions& options) {
  const ClientAccess access(url);
  std::vector<std::string> command = {
      programs.path("pg_restore"), "--exit-on-error",   "--no-password",      fmt::format("--jobs={}", options.jobs),
      "--no-tablespaces",          "--no-publications", "--no-subscriptions", "--dbname=" + access.conninfo()};
  if (!options.with_owners) command.insert(command.end(), {"--no-owner", "--no-privileges"});
  if (!options.with_constraints) command.insert(command.end(), {"--section=pre-data", "--section=data"});
  command.push_back(path);
  base::ProcessOptions process = access.process_options();
  process.while_waiting = options.while_waiting;
  const base::ProcessResult result = base::run_process(command, process);
  if (result.status == 0) return;
  throw Error(code::backup_not_proved, "pg_restore cannot restore the backup")
      .because(result.err.empty() ? fmt::format("it ended with status {}", result.status) : last_lines(result.err))
      .advise("make the backup again; --no-proof keeps one that is not proved");
}

}  // namespace postgres
