// A connection target: what libpq makes of the settings, how safe the connection must be, and how it is shown.
#include "postgres/url.hpp"

#include <libpq-fe.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "postgres/url_text.hpp"

namespace postgres {

namespace {

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

/// libpq checks this setting after it has filled in all others and before it opens a socket, so a connection with this
/// value ends there.
constexpr const char* stop_keyword = "channel_binding";
constexpr const char* stop_value = "waxwing-reads-settings-only";

bool is_local_host(std::string_view host) {
  const std::string name = base::lower(host);
  return name.empty() || name.starts_with('/') || name.starts_with('@') || name == "localhost" ||
         name.ends_with(".localhost") || name.starts_with("127.") || name == "::1";
}

bool is_ipv4(std::string_view host) { return host.find_first_not_of("0123456789.") == std::string_view::npos; }

/// Can no public certificate authority vouch for it?
bool is_private_host(std::string_view host) {
  const std::string name = base::lower(host);
  if (name.find(':') != std::string::npos)
    return name.starts_with("fc") || name.starts_with("fd") || name.starts_with("fe80");
  if (name.find('.') == std::string::npos) return true;
  if (!is_ipv4(name)) return name.ends_with(".local") || name.ends_with(".internal") || name.ends_with(".lan");
  if (name.starts_with("10.") || name.starts_with("192.168.") || name.starts_with("169.254.")) return true;
  const int second = name.starts_with("172.") ? std::atoi(name.c_str() + 4) : 0;
  return second >= 16 && second <= 31;
}

std::string home_directory() {
  if (const char* home = std::getenv("HOME"); home && *home) return home;
  const passwd* entry = getpwuid(geteuid());
  return entry ? entry->pw_dir : "";
}

/// The bundle of certificate authorities of Debian, Fedora, Alpine and SUSE, for a libpq that does not know
/// sslrootcert=system.
std::string system_root_certificates() {
  if (PQlibVersion() >= 160000) return "system";
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"})
    if (base::file_exists(path)) return path;
  return {};
}

std::vector<std::string> each_host(const std::string& hosts) { return base::split(hosts, ','); }

std::string quoted_value(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

Url Url::parse(std::string_view text, std::string source) {
  Url url;
  url.source_ = std::move(source);
  url.settings_ = parse_url_text(text, url.source_);
  url.resolve();
  url.choose_sslmode();
  return url;
}

void Url::resolve() {
  std::vector<const char*> keywords, values;
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword), values.push_back(value);
  };
  for (const auto& [keyword, value] : settings_)
    if (keyword != stop_keyword && keyword != "passfile") add(keyword.c_str(), value.c_str());
  add(stop_keyword, stop_value);
  // A password file is read, and warned about, when the connection is made.
  add("passfile", "/nonexistent");
  add(nullptr, nullptr);
  const std::unique_ptr<PGconn, CloseConnection> probe(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (!probe) throw std::bad_alloc();
  const std::string message(base::trim(PQerrorMessage(probe.get())));
  if (message == "out of memory") throw std::bad_alloc();
  if (message.find(stop_value) == std::string::npos) {
    base::Error error(base::code::bad_url, "the database URL is not valid");
    if (!source_.empty()) error.at(source_);
    error.because(message.empty() ? "libpq does not accept it" : message);
    if (message.find("service") != std::string::npos)
      error.advise("write a section [" + (settings_.contains("service") ? settings_["service"] : std::string("NAME")) +
                   "] in ~/.pg_service.conf, or in the file that PGSERVICEFILE names");
    throw error;
  }
  resolved_.clear();
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfo(probe.get()));
  if (!options) throw std::bad_alloc();
  for (const PQconninfoOption* option = options.get(); option && option->keyword; ++option) {
    const std::string_view keyword = option->keyword;
    if (option->val && *option->val && keyword != stop_keyword && keyword != "passfile")
      resolved_.emplace(keyword, option->val);
  }
  for (const std::string& secret : secrets()) {
    const bool common = secret == user() || secret == database() || secret == "postgres" || secret == "password";
    base::register_secret(secret, common ? base::SecretKind::common_word : base::SecretKind::distinct);
  }
}

void Url::choose_sslmode() {
  const char* variable = std::getenv("PGSSLMODE");
  // A service file that says "prefer" cannot be told from libpq's default; its other values are seen here.
  if (settings_.contains("sslmode") || (variable && *variable) || setting("sslmode") != "prefer" || is_local()) return;
  const bool has_root =
      !setting("sslrootcert").empty() || base::file_exists(home_directory() + "/.postgresql/root.crt");
  if (!has_root) {
    const std::vector<std::string> hosts = each_host(setting("hostaddr").empty() ? host() : setting("hostaddr"));
    if (std::all_of(hosts.begin(), hosts.end(),
                    [](const std::string& each) { return is_local_host(each) || is_private_host(each); }))
      return;
    const std::string authorities = system_root_certificates();
    if (!authorities.empty()) settings_["sslrootcert"] = authorities;
  }
  settings_["sslmode"] = "verify-full";
  resolve();
}

std::string Url::conninfo() const {
  std::string out;
  for (const auto& [keyword, value] : settings_) out += (out.empty() ? "" : " ") + keyword + "=" + quoted_value(value);
  return out;
}

std::string Url::conninfo_without_secrets() const {
  std::string out;
  for (const auto& [keyword, value] : settings_) {
    if (keyword == "password") continue;
    // A password file that is named in the connection string is taken before the one of the environment.
    if (keyword == "passfile" && !setting("password").empty()) continue;
    if (keyword == "sslpassword" || keyword == "oauth_client_secret")
      throw base::Error(base::code::bad_url, keyword + " cannot be handed to another program safely")
          .because(
              "pg_dump and psql would take it on their command line only, where everyone on the machine can see it")
          .advise("put it into a service file (pg_service.conf) and name the service in the URL");
    out += (out.empty() ? "" : " ") + keyword + "=" + quoted_value(value);
  }
  return out;
}

std::string Url::masked() const {
  const auto is_socket = [](const std::string& host) {
    return host.empty() || host.starts_with('/') || host.starts_with('@');
  };
  std::string out = "postgresql://", options;
  const auto option = [&](const std::string& name, const std::string& value) {
    options += (options.empty() ? "?" : "&") + name + "=" + value;
  };
  if (!user().empty()) out += percent_encoded(user());
  if (settings_.contains("password")) out += ":***";
  if (!user().empty() || settings_.contains("password")) out += "@";
  const std::vector<std::string> ports = base::split(port(), ',');
  const std::vector<std::string> hosts = each_host(host().empty() ? setting("hostaddr") : host());
  if (std::any_of(hosts.begin(), hosts.end(), is_socket)) {
    if (!host().empty()) option("host", host());
    if (!port().empty() && port() != "5432") option("port", port());
  } else {
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      const std::string& each_port = ports.size() == 1 ? ports[0] : i < ports.size() ? ports[i] : ports.back();
      out += (i > 0 ? "," : "") + (hosts[i].find(':') == std::string::npos ? hosts[i] : "[" + hosts[i] + "]");
      if (!each_port.empty()) out += ":" + each_port;
    }
  }
  return base::redact(out + "/" + percent_encoded(database()) + options);
}

std::string Url::setting(std::string_view keyword) const {
  for (const Settings* settings : {&settings_, &resolved_})
    if (const auto found = settings->find(keyword); found != settings->end() && !found->second.empty())
      return found->second;
  return {};
}

void Url::set(std::string_view keyword, std::string value) {
  settings_[std::string(keyword)] = std::move(value);
  resolve();
}

std::string Url::password_source() const {
  if (const auto own = settings_.find("password"); own != settings_.end() && !own->second.empty())
    return source_.empty() ? "the URL" : source_;
  const std::string password = setting("password");
  if (password.empty()) return {};
  const char* variable = std::getenv("PGPASSWORD");
  return variable && password == variable ? "PGPASSWORD" : "the service file";
}

std::vector<std::string> Url::secrets() const {
  std::vector<std::string> out;
  for (const char* keyword : {"password", "sslpassword", "oauth_client_secret"}) {
    const std::string secret = setting(keyword);
    if (secret.empty()) continue;
    out.push_back(secret);
    const std::string encoded = percent_encoded(secret), quoted = quoted_value(secret);
    if (encoded != secret) out.push_back(encoded);
    if (const std::string escaped = quoted.substr(1, quoted.size() - 2); escaped != secret) out.push_back(escaped);
  }
  return out;
}

Url Url::with_database(std::string_view name) const {
  Url other = *this;
  other.set("dbname", std::string(name));
  return other;
}

bool Url::is_local() const {
  const std::vector<std::string> hosts = each_host(setting("hostaddr").empty() ? host() : setting("hostaddr"));
  return std::all_of(hosts.begin(), hosts.end(), is_local_host);
}

}  // namespace postgres
