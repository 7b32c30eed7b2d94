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

std::string advice(const Url& url, const std::string& message) {
  const std::string source = url.source().empty() ? "the URL" : url.source();
  if (contains(message, "password authentication failed") || contains(message, "no password supplied"))
    return password_advice(url, message);
  if (contains(message, "database \"") && contains(message, "does not exist"))
    return fmt::format("createdb {}    or correct the name in {}", url.database(), source);
  if (contains(message, "role \"") && contains(message, "does not exist"))
    return fmt::format("createuser {}    or correct the user in {}", url.user(), source);
  if (contains(message, "could not translate host name"))
    return fmt::format("check the host \"{}\" in {}", url.host(), source);
  if (contains(message, "starting up")) return "wait for it: --wait 60";
  if (contains(message, "no pg_hba.conf entry"))
    return "the server does not let this user in from here; ask its administrator for a pg_hba.conf line";
  if (contains(message, "too many clients") || contains(message, "remaining connection slots"))
    return "all connections of the server are taken; close some or try again later";
  if (contains(message, "root certificate") || contains(message, "certificate verify failed") ||
      contains(message, "does not support SSL"))
    return "the server's certificate cannot be verified; install the CA in ~/.postgresql/root.crt, or say "
           "sslmode=require in the URL";
  if (contains(message, "Connection refused") || contains(message, "No such file or directory"))
    return fmt::format("is PostgreSQL running at {}:{}? --wait 60 waits for it; --url private needs no server",
                       url.host(), url.port());
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
