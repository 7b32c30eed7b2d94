// A PostgreSQL of the project's own, started on demand: for the sample, the examples and the tests.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "postgres/url.hpp"

namespace postgres {

struct ClusterStatus {
  bool exists = false, running = false;
  std::string directory, version;
  int pid = 0;
};

/// A cluster under `<project>/.waxwing/postgres` that is kept between commands, or a temporary one that dies with the
/// process. Made by copying a cached initdb template and executing `postgres` directly; reached by unix socket only; as
/// root it runs as `postgres`.
class PrivateCluster {
 public:
  /// The kept cluster of a project; starts it when it is not running. Throws code::private_cluster_failed with the
  /// server's log.
  static PrivateCluster start(const std::string& project_directory);
  /// A cluster that ends (and is removed) with this object, and is killed when this process is killed: for tests, and
  /// for restoring a backup to prove it. `settings` ("work_mem=64MB") are added to the server's own; `major` 0 is the
  /// newest PostgreSQL.
  static PrivateCluster temporary(int major = 0, const std::vector<std::string>& settings = {});
  /// Where temporary clusters are.
  static std::string temporary_folder();
  static ClusterStatus status(const std::string& project_directory);
  /// True when one was running.
  static bool stop(const std::string& project_directory);
  /// Stops and removes the cluster with all its databases.
  static void destroy(const std::string& project_directory);

  PrivateCluster(PrivateCluster&& other) noexcept;
  PrivateCluster& operator=(PrivateCluster&&) = delete;
  ~PrivateCluster();

  /// Superuser `postgres`, database `name` (made when missing for a kept cluster; the project's is called after its
  /// folder).
  Url url(const std::string& database = "postgres") const;
  const std::string& directory() const { return directory_; }
  int pid() const { return pid_; }

 private:
  PrivateCluster() = default;
  std::string directory_, socket_directory_;
  int pid_ = 0;
  bool temporary_ = false;
};

/// The folder with initdb and postgres: the one that the variable WAXWING_PG_BIN names, else of version `major` (0: the
/// newest) in Debian's layout, else on PATH. Throws code::program_missing with the package to
/// install.
std::string postgres_bin_directory(int major = 0);

}  // namespace postgres
