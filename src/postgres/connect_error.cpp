// libpq gives no SQLSTATE for a refused connection, so its words are looked at.
#include "postgres/connect_error.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace postgres {

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string password_advice(const Url& url, const std::string& message) {
  std::string said = url.password_source();
  if (contains(message, "password retrieved from file")) said = "the password file";
  return said.empty() ? fmt::format("give the password of user \"{}\" in PGPASSWORD or in ~/.pgpass", url.user())
                      : fmt::format("check user \"{}\" and the password in {}", url.user(), said);
}

constexpr const char* certificate_advice =
    "the server's certificate cannot be verified; install the CA in ~/.postgresql/root.crt, or say sslmode=require in "
    "the URL";

/// A refusal is known by a part of its text. `advice` may hold {host}, {port}, {user}, {database} and {source}.
struct Refusal {
  /// What the server's SQLSTATE is, or libpq's where it never got that far.
  const char* sqlstate;
  const char* part;
  const char* advice;
};

/// The first that fits counts.
constexpr Refusal refusals[] = {
    {"3D000", "database \"{database}\" does not exist", "createdb {database}    or correct the name in {source}"},
    {"28000", "role \"{user}\" does not exist", "createuser {user}    or correct the user in {source}"},
    {"28000", "Peer authentication failed",
     "by the local socket the server lets \"{user}\" in only from the system account of that name; "
     "name a host (localhost) and a password in {source}"},
    {"28000", "Ident authentication failed", "name a password in {source}, or ask for a pg_hba.conf line"},
    {"28000", "is not permitted to log in", "as a superuser: ALTER ROLE \"{user}\" LOGIN;"},
    {"28000", "no pg_hba.conf entry",
     "the server does not let this user in from here; ask its administrator for a pg_hba.conf line"},
    {"42501", "permission denied for database",
     "as its owner: GRANT CONNECT ON DATABASE \"{database}\" TO \"{user}\";"},
    {"55000", "is not currently accepting connections",
     "as a superuser: ALTER DATABASE \"{database}\" ALLOW_CONNECTIONS true;"},
    {"53300", "too many clients",
     "all connections of the server are taken; close some or try again later, or raise max_connections"},
    {"53300", "too many connections for",
     "a connection limit of the database or the role is reached; close some or try again later"},
    {"53300", "remaining connection slots",
     "all connections of the server are taken; close some or try again later, or raise max_connections"},
    {"57P03", "starting up", "wait for it: --wait 60"},
    {"57P03", "shutting down", "wait until it is back: --wait 60"},
    {"08001", "could not translate host name", "check the host \"{host}\" in {source}"},
    {"08001", "root certificate", certificate_advice},
    {"08001", "certificate verify failed", certificate_advice},
    {"08001", "does not support SSL", certificate_advice},
    {"08001", "Connection refused",
     "is PostgreSQL running at {host}:{port}? --wait 60 waits for it; --url private needs no server"},
    {"08001", "No such file or directory",
     "is PostgreSQL running at {host}:{port}? --wait 60 waits for it; --url private needs no server"},
    {"08001", "timeout expired",
     "nothing answers at {host}:{port}: a firewall, or the wrong host in {source}; --wait 60 tries for longer"},
    {"08001", "No route to host", "there is no way to {host}: check the network, and the host in {source}"},
    {"08006", "server closed the connection unexpectedly",
     "the server, or something between, ended the connection: look at the server's log; is {port} the port of a "
     "PostgreSQL?"},
};

std::string filled(const char* text, const Url& url) {
  const std::string source = url.source().empty() ? "the URL" : url.source();
  std::string out = base::replace_all(text, "{host}", url.host().empty() ? "the local socket" : url.host());
  out = base::replace_all(std::move(out), "{port}", url.port());
  out = base::replace_all(std::move(out), "{user}", url.user());
  out = base::replace_all(std::move(out), "{database}", url.database());
  return base::replace_all(std::move(out), "{source}", source);
}

std::string advice(const Url& url, const std::string& message) {
  if (contains(message, "password authentication failed") || contains(message, "no password supplied"))
    return password_advice(url, message);
  for (const Refusal& each : refusals)
    if (contains(message, filled(each.part, url))) return filled(each.advice, url);
  return "waxwing ping    tries the connection alone;    waxwing config    shows where the URL comes from";
}

}  // namespace

bool may_come_up(const std::string& message) {
  return contains(message, "Connection refused") || contains(message, "No such file or directory") ||
         contains(message, "starting up") || contains(message, "shutting down") ||
         contains(message, "timeout expired") || contains(message, "could not translate host name") ||
         contains(message, "server closed the connection unexpectedly");
}

bool was_cut(const std::string& message) {
  return contains(message, "server closed the connection unexpectedly") ||
         contains(message, "terminating connection due to administrator command") ||
         contains(message, "Connection reset by peer") || contains(message, "Broken pipe") ||
         contains(message, "SSL SYSCALL error");
}

base::Error connect_error(const Url& url, const std::string& message) {
  return base::Error(base::code::cannot_connect,
                     fmt::format("cannot connect to database \"{}\" at {}:{} as user \"{}\"", url.database(),
                                 url.host().empty() ? "the local socket" : url.host(), url.port(), url.user()))
      .at(fmt::format("{} (from {})", url.masked(), url.source()))
      .because(base::replace_all(std::string(base::trim(message)), "\n\t", "\n"))
      .advise(advice(url, message));
}

}  // namespace postgres
