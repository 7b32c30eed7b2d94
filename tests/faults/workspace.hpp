// Where a point of a sweep takes place: a database that many points use one after the other, on a shared or an own
// server.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "postgres/connection.hpp"
#include "postgres/private_cluster.hpp"
#include "postgres/url.hpp"

namespace tests {

class Workspace {
 public:
  /// With `owns_server` it has a cluster of its own, which may be stopped.
  explicit Workspace(bool owns_server = false);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// The database, empty. Emptying is quicker than making one; now and then it is a new one, because the catalogue
  /// grows.
  postgres::Url emptied();
  /// The database as `make` makes it of an empty one. It is asked once; later databases are filled from a dump, which
  /// is quicker than a copy. Where pg_dump refuses the server it is asked each time.
  postgres::Url copy(const std::function<void(const postgres::Url&)>& make);

  void terminate_sessions() const;
  /// A killed client's session may still be at work.
  void wait_for_sessions() const;
  /// Stops the server at once, as a crash would, and has it start again meanwhile.
  void stop_server();
  /// Until the server that was stopped answers again.
  void wait_for_server();
  /// Not pinned as a migrator's connection is.
  static std::unique_ptr<postgres::Connection> look_at(const postgres::Url& url);

 private:
  postgres::Url database(const std::string& name) const;
  void execute(const std::string& sql) const;
  std::string name_, copy_sql_, server_folder_;
  std::optional<postgres::PrivateCluster> server_;
  std::thread restart_;
  int uses_ = 0;
};

}  // namespace tests
