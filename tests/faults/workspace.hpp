// Where a point of a sweep takes place: a database that many points use one after the other, on a shared or an own
// server.
#pragma once
#include <atomic>
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

  /// One that is kept for the next who asks, until the program ends: a database takes longer to make than a point to
  /// run, a server much longer.
  static std::shared_ptr<Workspace> borrow(bool owns_server);

  /// The database, with nothing in it but what these statements make. Emptying is quicker than making one; now and then
  /// it is a new one, because the catalogue grows.
  postgres::Url emptied(const std::string& sql = {});
  /// All that is in the database as statements for `emptied`; nothing where pg_dump refuses the server.
  std::string dump();
  /// A session on the database that stays from one point to the next, so that it need not learn the catalogue anew.
  postgres::Connection& session();

  void terminate_sessions() const;
  /// A killed client's session may still be at work.
  void wait_for_sessions();
  /// Stops the server at once, as a crash would, and has it start again meanwhile.
  void stop_server();
  /// Until the server that was stopped answers again.
  void wait_for_server();
  /// Not pinned as a migrator's connection is.
  static std::unique_ptr<postgres::Connection> look_at(const postgres::Url& url);

 private:
  postgres::Url database(const std::string& name) const;
  void execute(const std::string& sql) const;
  std::string name_, server_folder_;
  std::optional<postgres::PrivateCluster> server_;
  std::unique_ptr<postgres::Connection> session_;
  std::atomic<int> session_pid_ = 0;
  std::atomic<bool> was_stopped_ = false;
  std::thread restart_;
  int uses_ = 0;
};

}  // namespace tests
