// pg_dump, pg_restore and psql: found by version, and given a database without its password being seen.
#pragma once
#include <string>

#include "base/process.hpp"
#include "postgres/url.hpp"

namespace postgres {

/// The client programs of one PostgreSQL version.
struct ClientPrograms {
  std::string folder;
  int major = 0;
  std::string path(const char* program) const { return folder + "/" + program; }
};

/// Those of the server's own major version, else the next newer ones; never older ones, which cannot read its
/// catalogue. Looks in WAXWING_PG_BIN alone where that has them, else in Debian's folders and on PATH. Throws
/// code::client_programs_too_old with the Debian package to install.
ClientPrograms find_client_programs(int server_version);

/// How a client program reaches a database. The password is in a file that lies in memory, readable by this user alone,
/// and is gone with this object or the process.
class ClientAccess {
 public:
  explicit ClientAccess(const Url& url);
  ~ClientAccess();
  ClientAccess(const ClientAccess&) = delete;
  ClientAccess& operator=(const ClientAccess&) = delete;

  /// For --dbname.
  const std::string& conninfo() const { return conninfo_; }
  /// An environment without secrets; the program ends when we do.
  base::ProcessOptions process_options() const;

 private:
  std::string conninfo_;
  int password_file_ = -1;
};

/// The last lines of what a program said, for an error's cause.
std::string last_lines(const std::string& text, std::size_t count = 6);

}  // namespace postgres
