// Forking, dropping privileges and initdb.
#include "postgres/cluster_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

/// A disk with less is full: not even a page and its log fit.
constexpr unsigned long long least_room = 64 << 10;

/// Who the server runs as: ourselves, or `postgres` when we are root.
struct ServerUser {
  uid_t uid;
  gid_t gid;
};

const ServerUser& server_user() {
  static const ServerUser user = [] {
    if (geteuid() != 0) return ServerUser{geteuid(), getegid()};
    const passwd* entry = getpwnam("postgres");
    if (!entry)
      throw Error(code::program_missing, "there is no system user \"postgres\"")
          .because("PostgreSQL does not run as root, and the package that makes the user is not installed")
          .advise("apt install postgresql-15    or run waxwing as an ordinary user");
    return ServerUser{entry->pw_uid, entry->pw_gid};
  }();
  return user;
}

/// What a server needs of our environment. It outlives the command, and passwords and tokens are none of its business.
std::vector<char*> plain_environment() {
  std::vector<char*> kept;
  for (char** entry = environ; *entry; ++entry)
    for (const char* name : {"PATH=", "LANG=", "LANGUAGE=", "LC_", "TZ=", "TMPDIR=", "LD_LIBRARY_PATH="})
      if (std::string_view(*entry).starts_with(name)) kept.push_back(*entry);
  kept.push_back(nullptr);
  return kept;
}

/// A folder of our own in a place others can write to: it must be ours, and no link.
void make_own_folder(const fs::path& folder, mode_t mode) {
  mkdir(folder.c_str(), mode);
  struct stat info {};
  if (lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid())
    throw Error(code::private_cluster_failed, fmt::format("{} cannot be used", folder.string()))
        .because("it is not a folder of this user")
        .advise("remove it, or ask its owner to");
  chmod(folder.c_str(), mode);
}

}  // namespace

ClusterFolders cluster_folders() {
  const bool is_root = geteuid() == 0;
  const fs::path runtime = fmt::format("/tmp/waxwing-{}", geteuid());
  // `postgres` must be able to walk through root's folder, not to look around in it.
  make_own_folder(runtime, is_root ? 0711 : 0700);
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path cache = runtime / "cache";
  if (is_root)
    cache = "/var/tmp/waxwing-root";
  else if (xdg && *xdg)
    cache = fs::path(xdg) / "waxwing";
  else if (home && access(home, W_OK) == 0)
    cache = fs::path(home) / ".cache" / "waxwing";
  std::error_code failure;
  fs::create_directories(cache.parent_path(), failure);
  make_own_folder(cache, is_root ? 0711 : 0700);
  return {runtime, cache};
}

void make_server_folder(const fs::path& folder) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    throw Error(code::private_cluster_failed, fmt::format("cannot make {}", folder.string()))
        .because(std::string(strerror(errno)));
  if (geteuid() == 0 && chown(folder.c_str(), server_user().uid, server_user().gid) != 0)
    throw Error(code::private_cluster_failed, fmt::format("cannot hand {} to the user postgres", folder.string()))
        .because(std::string(strerror(errno)));
}

pid_t start_as_server_user(const std::vector<std::string>& arguments, const std::string& log_path,
                           bool die_with_parent) {
  const ServerUser user = server_user();
  std::vector<char*> argv;
  for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> environment = plain_environment();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) throw Error(code::private_cluster_failed, "cannot start a process").because(strerror(errno));
  if (child > 0) return child;
  // From here on only async-signal-safe calls.
  setsid();
  if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(user.gid) != 0 || setuid(user.uid) != 0)) _exit(126);
  if (die_with_parent) {
    // After setuid, which clears it. SIGQUIT is PostgreSQL's immediate shutdown.
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent) _exit(126);
  }
  const int log = open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(log >= 0 ? log : null, STDOUT_FILENO);
  dup2(log >= 0 ? log : null, STDERR_FILENO);
  for (int fd = 3; fd < 256; ++fd) close(fd);
  if (chdir("/") != 0) _exit(126);
  execve(argv[0], argv.data(), environment.data());
  _exit(127);
}

void run_as_server_user(const std::vector<std::string>& arguments, const std::string& log_path) {
  const pid_t child = start_as_server_user(arguments, log_path, false);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw_cluster_failure(fmt::format("{} failed", fs::path(arguments[0]).filename().string()), log_path);
}

fs::path initdb_template(const std::string& bin_directory) {
  const std::vector<std::string> options = {"--no-sync",       "--auth=trust",     "--username=postgres",
                                            "--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=1"};
  struct stat binary {};
  stat((bin_directory + "/postgres").c_str(), &binary);
  const std::string identity =
      fmt::format("{} {} {} {}", bin_directory, binary.st_size, binary.st_mtime, base::join(options, " "));
  const fs::path cache = cluster_folders().cache;
  const fs::path finished = cache / ("postgres-" + base::sha256_hex(identity).substr(0, 16));
  std::error_code ignored;
  if (fs::exists(finished, ignored)) return finished / "data";
  const fs::path unfinished = cache / fmt::format("new-{}-{}", getpid(), base::random_hex(8));
  make_server_folder(unfinished);
  std::vector<std::string> command = {bin_directory + "/initdb", "--pgdata=" + (unfinished / "data").string()};
  command.insert(command.end(), options.begin(), options.end());
  run_as_server_user(command, (unfinished / "log").string());
  // Whoever renames first wins; the loser's copy goes.
  if (rename(unfinished.c_str(), finished.c_str()) != 0) fs::remove_all(unfinished, ignored);
  return finished / "data";
}

void throw_cluster_failure(const std::string& what, const std::string& log_path) {
  std::vector<std::string> lines;
  if (base::file_exists(log_path)) lines = base::split(base::trim(base::read_file(log_path)), '\n');
  // The log may lie on the disk that is full.
  struct statvfs disk {};
  if (statvfs(fs::path(log_path).parent_path().c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize < least_room)
    lines.push_back(
        fmt::format("No space left on device: the disk of {} is full", fs::path(log_path).parent_path().string()));
  if (lines.size() > 8) lines.erase(lines.begin(), lines.end() - 8);
  throw Error(code::private_cluster_failed, "the private PostgreSQL could not be started: " + what)
      .at(log_path)
      .because(base::join(lines, "\n"))
      .advise("waxwing private destroy    starts from nothing");
}

bool is_running(pid_t pid) {
  if (pid <= 0) return false;
  int status = 0;
  waitpid(pid, &status, WNOHANG);
  return kill(pid, 0) == 0 || errno == EPERM;
}

std::string process_start_time(pid_t pid) {
  const std::string path = fmt::format("/proc/{}/stat", pid);
  if (!base::file_exists(path)) return {};
  const std::string text = base::read_file(path);
  // The command's name may hold blanks, so fields are counted from its closing parenthesis; start time is the 22nd of
  // all.
  const std::vector<std::string> fields = base::split(text.substr(text.rfind(')') + 2), ' ');
  return fields.size() > 19 ? fields[19] : std::string();
}

}  // namespace postgres
