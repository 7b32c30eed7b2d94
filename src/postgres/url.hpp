// Where a database is: every accepted way to write it becomes libpq settings, each with its source, and a text without
// secrets.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postgres {

/// A connection target. Settings are libpq keywords (host, port, dbname, user, password, sslmode, service, ...).
///
/// sslmode: what the URL, PGSSLMODE or a service file says is taken as it is. Where nothing is said and the host is
/// another machine, verify-full is asked for, since libpq's default (prefer) accepts any server that answers:
/// - with the root certificate of sslrootcert, PGSSLROOTCERT or ~/.postgresql/root.crt where there is one;
/// - else with the system's certificate authorities (sslrootcert=system, or the distribution's bundle for libpq before
/// 16);
/// - but not for hosts that no public authority vouches for, when there is no root certificate either: names without a
/// dot
///   (containers, /etc/hosts), .local, .internal and private addresses keep libpq's default.
/// A refusal by the server's certificate is loud, and `?sslmode=require` or `?sslmode=disable` is the way to say
/// otherwise.
class Url {
 public:
  /// Accepts postgres://, postgresql://, postgresql+asyncpg://, postgresql+psycopg2:// (and other +driver forms,
  /// SQLAlchemy's and asyncpg's ?ssl=), key=value, service=NAME. Throws code::bad_url;
  /// `driver://user:pass@localhost/dbname` is explained as the unedited placeholder of a fresh alembic.ini. `source` is
  /// said in errors ("--url", "DATABASE_URL from .env", "url in waxwing.lua:3"). Registers the password as a secret
  /// (base/secrets.hpp), those of PGPASSWORD and of a service file as well. Source: PostgreSQL documentation 34.1.1
  /// (connection strings), 34.15 (PG* variables), 34.17 (service file).
  static Url parse(std::string_view text, std::string source);

  /// libpq key=value, for connecting only: it holds the password.
  std::string conninfo() const;
  /// The same without password, for the command line of another program. Throws code::bad_url for a setting that can
  /// be given in no other way and is a secret.
  std::string conninfo_without_secrets() const;
  /// "postgresql://user@host:5432/name" with `***` for a password; safe to print.
  std::string masked() const;
  const std::string& source() const { return source_; }
  /// A setting as given, then as libpq would default it (PG* variables, service file); empty when unknown.
  std::string setting(std::string_view keyword) const;
  /// Throws code::bad_url when libpq does not accept the settings together.
  void set(std::string_view keyword, std::string value);
  std::string host() const { return setting("host"); }
  std::string port() const { return setting("port"); }
  std::string user() const { return setting("user"); }
  std::string database() const { return setting("dbname"); }
  /// Where the password was said: source(), "PGPASSWORD" or "the service file"; empty when in none of them, so that
  /// only a password file can have it.
  std::string password_source() const;
  /// Everything that must never be printed: the password as written, decoded and URL-encoded.
  std::vector<std::string> secrets() const;
  /// Same server, other database.
  Url with_database(std::string_view name) const;
  /// Is the host this machine (socket, localhost, 127.*, ::1)? Of several hosts, all.
  bool is_local() const;

 private:
  using Settings = std::map<std::string, std::string, std::less<>>;
  void resolve();
  void choose_sslmode();

  /// As written, and what libpq makes of that with variables, service file and its own defaults.
  Settings settings_, resolved_;
  std::string source_;
};

}  // namespace postgres
