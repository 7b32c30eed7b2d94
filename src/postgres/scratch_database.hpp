// An empty database that a backup is restored into to prove it, gone when the proof is over.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "postgres/client_programs.hpp"
#include "postgres/connection.hpp"
#include "postgres/private_cluster.hpp"

namespace postgres {

/// What a database is created with.
struct DatabaseShape {
  std::string encoding, collate, ctype, icu_locale;
  /// Names, so that owners, privileges and policies can be restored elsewhere.
  std::vector<std::string> roles, extensions;
};
DatabaseShape read_database_shape(Connection& connection);

class ScratchDatabase {
 public:
  /// On a temporary cluster of this machine with nothing synced to disk. Nothing when it cannot hold such a database:
  /// no server of that version here, an extension or a locale is missing, or there is less than `bytes` of room; `why`
  /// says which.
  static std::optional<ScratchDatabase> on_private_cluster(const DatabaseShape& shape, int server_version,
                                                           unsigned long long bytes, std::string& why);
  /// On the server of `connection`, which must be allowed to create databases; those that killed processes left there
  /// are dropped. Throws code::backup_not_proved.
  static ScratchDatabase on_server(Connection& connection, const ClientPrograms& programs, const DatabaseShape& shape);
  ~ScratchDatabase();
  ScratchDatabase(ScratchDatabase&& other) noexcept;
  ScratchDatabase& operator=(ScratchDatabase&&) = delete;

  const Url& url() const { return url_; }
  bool is_private() const { return cluster_.has_value(); }
  /// "a private PostgreSQL" or "database "waxwing_proof_..." on the server".
  std::string place() const;

 private:
  explicit ScratchDatabase(Url url) : url_(std::move(url)) {}
  Url url_;
  std::optional<PrivateCluster> cluster_;
  /// Where it is on the server: how it is dropped, also after an interrupt.
  std::optional<ClientPrograms> programs_;
  std::optional<Url> home_;
  /// Its session tells others that the database is in use.
  std::unique_ptr<Connection> guard_;
};

}  // namespace postgres
