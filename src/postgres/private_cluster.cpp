// Starting, finding and removing private clusters.
#include "postgres/private_cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "postgres/cluster_process.hpp"
#include "postgres/quote.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds start_limit{60};
constexpr std::chrono::seconds stop_limit{30};

/// Where the kept cluster of a project lives.
struct KeptPlace {
  fs::path home, data, socket, log;
};

KeptPlace kept_place(const std::string& project_directory) {
  const fs::path project = fs::weakly_canonical(project_directory);
  const std::string key = base::sha256_hex(project.string()).substr(0, 16);
  const ClusterFolders folders = cluster_folders();
  // The server's user cannot enter every folder that root works in, so root's clusters lie elsewhere.
  const fs::path home = geteuid() == 0 ? folders.cache / ("project-" + key) : project / ".waxwing";
  return {home, home / "postgres", folders.runtime / key, home / "postgres.log"};
}

void make_home(const fs::path& home) {
  if (geteuid() == 0)
    make_server_folder(home);
  else
    fs::create_directories(home);
}

/// Serialises commands of one project that start or stop its cluster. Makes the project's folder.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& home) : home_(home), path_(home / "lock") {
    // While this command waited, `private destroy` may have removed the file, and then nobody else sees the lock on it.
    do {
      if (fd_ >= 0) close(fd_);
      make_home(home_);
      fd_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      if (fd_ >= 0) flock(fd_, LOCK_EX);
    } while (fd_ < 0 ? errno == ENOENT : !is_there());
  }
  ~FolderLock() {
    if (fd_ >= 0) close(fd_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// Takes the file away, and the folder when it holds nothing else.
  void remove() {
    unlink(path_.c_str());
    rmdir(home_.c_str());
  }

 private:
  bool is_there() const {
    struct stat held {
    }, named{};
    return fstat(fd_, &held) == 0 && stat(path_.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
  }

  fs::path home_, path_;
  int fd_ = -1;
};

/// The pid in postmaster.pid, when that process runs; 0 otherwise.
pid_t running_server(const fs::path& data) {
  const fs::path path = data / "postmaster.pid";
  std::string text;
  try {
    if (!base::file_exists(path.string())) return 0;
    text = base::read_file(path.string());
  } catch (const Error&) {
    // A server that is just ending takes the file with it.
    return 0;
  }
  const pid_t pid = std::atoi(text.c_str());
  if (!is_running(pid)) return 0;
  // After a reboot another program may have the number.
  std::error_code ignored;
  const std::string program = fs::read_symlink(fmt::format("/proc/{}/exe", pid), ignored).filename().string();
  return program.empty() || program.starts_with("postgres") ? pid : 0;
}

/// The version that made a data directory, which alone can run it; 0 when there is none.
int server_major_version(const fs::path& data) {
  const std::string path = (data / "PG_VERSION").string();
  return base::file_exists(path) ? std::atoi(base::read_file(path).c_str()) : 0;
}

bool accepts_connections(const fs::path& socket) {
  const std::string conninfo =
      fmt::format("host='{}' user=postgres dbname=postgres connect_timeout=5", socket.string());
  PGconn* connection = PQconnectdb(conninfo.c_str());
  const bool ok = PQstatus(connection) == CONNECTION_OK;
  PQfinish(connection);
  return ok;
}

/// What is committed outlives the server's crash, not the machine's: nothing is synced, which makes starting quick.
pid_t start_server(const std::string& bin, const fs::path& data, const fs::path& socket, const fs::path& log,
                   bool temporary, const std::vector<std::string>& settings = {}) {
  std::vector<std::string> command = {bin + "/postgres", "-D", data.string(), "-k", socket.string()};
  for (const char* setting :
       {"listen_addresses=", "fsync=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=120",
        "unix_socket_permissions=0700", "dynamic_shared_memory_type=mmap", "max_locks_per_transaction=256"}) {
    command.emplace_back("-c");
    command.emplace_back(setting);
  }
  if (temporary) {
    command.emplace_back("-c");
    command.emplace_back("autovacuum=off");
  }
  for (const std::string& setting : settings) {
    command.emplace_back("-c");
    command.push_back(setting);
  }
  const pid_t pid = start_as_server_user(command, log.string(), temporary);
  const base::Stopwatch waited;
  while (!accepts_connections(socket)) {
    if (!is_running(pid)) throw_cluster_failure("the server ended", log.string());
    if (waited.milliseconds() > std::chrono::duration<double, std::milli>(start_limit).count())
      throw_cluster_failure("it does not answer", log.string());
    usleep(2000);
  }
  return pid;
}

void copy_template(const std::string& bin, const fs::path& data, const fs::path& log) {
  run_as_server_user({"/bin/cp", "-a", "--reflink=auto", initdb_template(bin).string(), data.string()}, log.string());
}

void stop_server(pid_t pid, int how) {
  kill(pid, how);
  const base::Stopwatch waited;
  while (is_running(pid)) {
    if (waited.milliseconds() > std::chrono::duration<double, std::milli>(stop_limit).count()) kill(pid, SIGQUIT);
    usleep(2000);
  }
}

/// True when one was running.
bool stop_running(const fs::path& data) {
  const pid_t pid = running_server(data);
  if (pid) stop_server(pid, SIGINT);
  return pid != 0;
}

/// Temporary clusters whose owner was killed before it could remove them.
void sweep_stale(const fs::path& runtime) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(runtime, ignored)) {
    if (!entry.path().filename().string().starts_with("t-")) continue;
    const fs::path owner = entry.path() / "owner";
    if (!base::file_exists(owner.string())) continue;
    const std::vector<std::string> words = base::split(base::read_file(owner.string()), ' ');
    if (words.size() == 2 && process_start_time(std::atoi(words[0].c_str())) == words[1]) continue;
    if (const pid_t server = running_server(entry.path() / "data")) stop_server(server, SIGQUIT);
    fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

std::string postgres_bin_directory(int major) {
  if (const char* chosen = std::getenv("WAXWING_PG_BIN"); chosen && *chosen) return chosen;
  int newest = 0;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if ((major == 0 || version == major) && fs::exists(entry.path() / "bin/postgres", ignored))
      newest = std::max(newest, version);
  }
  if (newest > 0) return fmt::format("/usr/lib/postgresql/{}/bin", newest);
  if (const std::string program = base::find_program("postgres"); !program.empty())
    return fs::path(program).parent_path().string();
  throw Error(code::program_missing,
              fmt::format("no PostgreSQL {}server is installed", major == 0 ? "" : fmt::format("{} ", major)))
      .because("looked in /usr/lib/postgresql/*/bin and on PATH")
      .advise(fmt::format("apt install postgresql-{}", major == 0 ? 15 : major));
}

PrivateCluster PrivateCluster::start(const std::string& project_directory) {
  const KeptPlace place = kept_place(project_directory);
  const FolderLock lock(place.home);
  make_server_folder(place.socket);
  PrivateCluster cluster;
  cluster.directory_ = place.data.string();
  cluster.socket_directory_ = place.socket.string();
  cluster.pid_ = running_server(place.data);
  if (cluster.pid_ && accepts_connections(place.socket)) return cluster;
  if (cluster.pid_) stop_server(cluster.pid_, SIGQUIT);
  const std::string bin = postgres_bin_directory(server_major_version(place.data));
  if (!fs::exists(place.data)) {
    // A copy that was cut short must not look like a cluster.
    const fs::path unfinished = place.data.string() + ".new";
    fs::remove_all(unfinished);
    try {
      copy_template(bin, unfinished, place.log);
    } catch (...) {
      // It may be what fills the disk.
      std::error_code ignored;
      fs::remove_all(unfinished, ignored);
      throw;
    }
    fs::rename(unfinished, place.data);
  }
  cluster.pid_ = start_server(bin, place.data, place.socket, place.log, false);
  return cluster;
}

std::string PrivateCluster::temporary_folder() { return cluster_folders().runtime.string(); }

PrivateCluster PrivateCluster::temporary(int major, const std::vector<std::string>& settings) {
  const fs::path runtime = cluster_folders().runtime;
  sweep_stale(runtime);
  PrivateCluster cluster;
  cluster.temporary_ = true;
  const fs::path home = runtime / fmt::format("t-{}-{}", getpid(), base::random_hex(6));
  make_server_folder(home);
  base::write_file((home / "owner").string(), fmt::format("{} {}", getpid(), process_start_time(getpid())));
  cluster.directory_ = (home / "data").string();
  cluster.socket_directory_ = home.string();
  const std::string bin = postgres_bin_directory(major);
  copy_template(bin, home / "data", home / "log");
  cluster.pid_ = start_server(bin, home / "data", home, home / "log", true, settings);
  return cluster;
}

ClusterStatus PrivateCluster::status(const std::string& project_directory) {
  const KeptPlace place = kept_place(project_directory);
  ClusterStatus status;
  status.directory = place.data.string();
  status.exists = base::file_exists((place.data / "PG_VERSION").string());
  if (!status.exists) return status;
  status.version = std::string(base::trim(base::read_file((place.data / "PG_VERSION").string())));
  status.pid = running_server(place.data);
  status.running = status.pid != 0;
  return status;
}

bool PrivateCluster::stop(const std::string& project_directory) {
  const KeptPlace place = kept_place(project_directory);
  if (!fs::exists(place.home)) return false;
  const FolderLock lock(place.home);
  return stop_running(place.data);
}

void PrivateCluster::destroy(const std::string& project_directory) {
  const KeptPlace place = kept_place(project_directory);
  if (!fs::exists(place.home)) return;
  FolderLock lock(place.home);
  stop_running(place.data);
  for (const fs::path& each : {place.data, fs::path(place.data.string() + ".new"), place.socket, place.log})
    fs::remove_all(each);
  lock.remove();
}

PrivateCluster::PrivateCluster(PrivateCluster&& other) noexcept
    : directory_(std::move(other.directory_)),
      socket_directory_(std::move(other.socket_directory_)),
      pid_(std::exchange(other.pid_, 0)),
      temporary_(std::exchange(other.temporary_, false)) {}

PrivateCluster::~PrivateCluster() {
  if (!temporary_ || pid_ == 0) return;
  stop_server(pid_, SIGQUIT);
  std::error_code ignored;
  fs::remove_all(socket_directory_, ignored);
}

Url PrivateCluster::url(const std::string& database) const {
  const auto conninfo = [this](const std::string& name) {
    std::string quoted;
    for (const char c : name) quoted += (c == '\'' || c == '\\') ? std::string("\\") + c : std::string(1, c);
    return fmt::format("host={} port=5432 user=postgres dbname='{}'", socket_directory_, quoted);
  };
  if (database != "postgres") {
    PGconn* connection = PQconnectdb(conninfo("postgres").c_str());
    PGresult* found =
        PQexec(connection, ("SELECT FROM pg_catalog.pg_database WHERE datname = " + quote_literal(database)).c_str());
    const bool exists = PQntuples(found) > 0;
    PQclear(found);
    std::string message = PQerrorMessage(connection);
    if (!exists) {
      PGresult* created = PQexec(connection, ("CREATE DATABASE " + quote_identifier(database)).c_str());
      message = PQresultErrorMessage(created);
      // Another command may have been faster.
      const char* state = PQresultErrorField(created, PG_DIAG_SQLSTATE);
      if (state && (std::string_view(state) == "42P04" || std::string_view(state) == "23505")) message.clear();
      PQclear(created);
    }
    PQfinish(connection);
    if (!exists && !message.empty())
      throw Error(code::private_cluster_failed, fmt::format("cannot create database \"{}\"", database))
          .because(message);
  }
  return Url::parse(conninfo(database), "private");
}

}  // namespace postgres
