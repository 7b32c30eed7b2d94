// Where a database is: every accepted way to write it becomes libpq settings, each with its source, and a text without secrets.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postgres {

/// A connection target. Settings are libpq keywords (host, port, dbname, user, password, sslmode, service, ...).
class Url {
 public:
  /// Accepts postgres://, postgresql://, postgresql+asyncpg://, postgresql+psycopg2:// (and other +driver forms, SQLAlchemy's and
  /// asyncpg's ?ssl=), key=value, service=NAME. Throws code::bad_url; `driver://user:pass@localhost/dbname` is explained as the
  /// unedited placeholder of a fresh alembic.ini. `source` is said in errors ("--url", "DATABASE_URL from .env", "url in waxwing.lua:3").
  static Url parse(std::string_view text, std::string source);

  /// libpq key=value, for connecting only: it holds the password.
  std::string conninfo() const;
  /// "postgresql://user@host:5432/name" with `***` for a password; safe to print.
  std::string masked() const;
  const std::string& source() const { return source_; }
  /// A setting as given, then as libpq would default it (PG* variables, service file); empty when unknown.
  std::string setting(std::string_view keyword) const;
  void set(std::string_view keyword, std::string value);
  std::string host() const { return setting("host"); }
  std::string port() const { return setting("port"); }
  std::string user() const { return setting("user"); }
  std::string database() const { return setting("dbname"); }
  /// Everything that must never be printed: the password as written, decoded and URL-encoded.
  std::vector<std::string> secrets() const;
  /// Same server, other database.
  Url with_database(std::string_view name) const;
  /// Is the host this machine (socket, localhost, 127.*, ::1)?
  bool is_local() const;

 private:
  std::map<std::string, std::string, std::less<>> settings_;
  std::string source_;
};

}  // namespace postgres
