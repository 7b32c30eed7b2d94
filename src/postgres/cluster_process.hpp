// The pieces a private cluster is made of: folders, the user it runs as, the initdb template, the server process.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace postgres {

/// Folders of this user. A server refuses to run as root, so for root they belong to the system user `postgres` and lie
/// where it can go.
struct ClusterFolders {
  /// Short, private to the user; holds sockets (whose paths end at 107 bytes) and temporary clusters.
  std::filesystem::path runtime;
  /// Holds initdb templates.
  std::filesystem::path cache;
};
ClusterFolders cluster_folders();
/// Makes a folder that only the server's user can enter. Throws code::private_cluster_failed.
void make_server_folder(const std::filesystem::path& folder);

/// Starts a program as the server's user with output appended to `log_path`. With `die_with_parent` the kernel stops it
/// when this process ends, however that happens.
pid_t start_as_server_user(const std::vector<std::string>& arguments, const std::string& log_path,
                           bool die_with_parent);
/// Runs a program as the server's user to its end. Throws code::private_cluster_failed with the last lines of the log.
void run_as_server_user(const std::vector<std::string>& arguments, const std::string& log_path);

/// The data directory that new clusters are copied from; runs initdb the first time, safely beside other processes
/// doing the same.
std::filesystem::path initdb_template(const std::string& bin_directory);

/// Fails with the log's last lines.
[[noreturn]] void throw_cluster_failure(const std::string& what, const std::string& log_path);

/// Is the process there? A zombie child of ours counts as gone.
bool is_running(pid_t pid);
/// Start time of a process in clock ticks since boot, to tell it from a later one with the same id; empty when it is
/// gone.
std::string process_start_time(pid_t pid);

}  // namespace postgres
