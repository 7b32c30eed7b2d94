// Reading connection strings: libpq decides what is valid, this adds other tools' spellings and clear words.
#include "postgres/url_text.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

namespace postgres {

namespace {

using base::Error;
using Settings = std::map<std::string, std::string, std::less<>>;

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

constexpr const char* example = "postgresql://user:password@host:5432/database";

Error bad_url(const std::string& source, std::string because) {
  return Error(base::code::bad_url, "the database URL is not valid").at(source).because(std::move(because));
}

/// libpq's keywords.
const std::vector<std::string>& keywords() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    const Options options(PQconninfoParse("", nullptr));
    if (!options) throw std::bad_alloc();
    for (const PQconninfoOption* option = options.get(); option->keyword; ++option) names.emplace_back(option->keyword);
    return names;
  }();
  return all;
}

void check_keyword(const std::string& keyword, const std::string& source) {
  if (std::find(keywords().begin(), keywords().end(), keyword) != keywords().end()) return;
  Error error = bad_url(source, "unknown option \"" + keyword + "\"" + base::did_you_mean_suffix(keyword, keywords()));
  if (keyword == "schema" || keyword == "currentSchema" || keyword == "search_path")
    error.advise("leave it out and set search_path in waxwing.lua");
  else
    error.advise(
        "leave it out; the options are those of libpq: sslmode, sslrootcert, connect_timeout, application_name, "
        "options ...");
  throw error;
}

bool is_secret_keyword(std::string_view keyword) {
  return keyword == "password" || keyword == "sslpassword" || keyword == "oauth_client_secret";
}

/// A password that is also the name of a user or a database is printed as that name all the time.
void remember_secret(const std::string& secret, const std::vector<std::string>& public_names) {
  const bool common = std::find(public_names.begin(), public_names.end(), secret) != public_names.end();
  const base::SecretKind kind = common ? base::SecretKind::common_word : base::SecretKind::distinct;
  base::register_secret(secret, kind);
  base::register_secret(percent_encoded(secret), kind);
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// True when a "%" is not followed by two hex digits.
bool has_stray_percent(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
    if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return true;
  return false;
}

void refuse_scheme(const std::string& scheme, const std::string& source) {
  const std::string dialect = scheme.substr(0, scheme.find('+'));
  if (dialect == "driver")
    throw bad_url(source,
                  "driver:// is the placeholder that a fresh alembic.ini has in sqlalchemy.url; it was never edited")
        .advise(std::string("write the real URL there, such as ") + example);
  if (dialect == "jdbc")
    throw bad_url(source, "this is a URL for Java")
        .advise("remove \"jdbc:\" and write user and password in front of the host: " + std::string(example));
  constexpr std::pair<std::string_view, std::string_view> others[] = {
      {"mysql", "MySQL"},   {"mariadb", "MariaDB"},       {"sqlite", "SQLite"},        {"sqlite3", "SQLite"},
      {"oracle", "Oracle"}, {"mssql", "SQL Server"},      {"sqlserver", "SQL Server"}, {"mongodb", "MongoDB"},
      {"redis", "Redis"},   {"clickhouse", "ClickHouse"}, {"duckdb", "DuckDB"}};
  for (const auto& [name, product] : others)
    if (dialect == name)
      throw bad_url(source, scheme + ":// is a URL of " + std::string(product) + ", and waxwing is for PostgreSQL only")
          .advise(std::string("name a PostgreSQL: ") + example);
  throw bad_url(source,
                "unknown scheme \"" + scheme + "://\"" + base::did_you_mean_suffix(dialect, {"postgresql", "postgres"}))
      .advise(std::string("write it as ") + example);
}

/// asyncpg's and JDBC's ?ssl= takes sslmode's values, or true and false.
std::string sslmode_of(const std::string& ssl) {
  const std::string value = base::lower(ssl);
  if (value == "true" || value == "1" || value == "on" || value == "yes") return "require";
  if (value == "false" || value == "0" || value == "off" || value == "no") return "disable";
  return base::replace_all(value, "_", "-");
}

/// Options of drivers' own caches and loops, which mean nothing to a server.
bool belongs_to_a_driver(std::string_view key) {
  for (const char* name :
       {"prepared_statement_cache_size", "statement_cache_size", "prepared_statement_name_func", "async_fallback",
        "command_timeout", "connection_limit", "pool_timeout", "pool_size", "max_overflow"})
    if (key == name) return true;
  return false;
}

/// Secrets of the query part, before anything is said about it.
void remember_query_secrets(std::string_view query) {
  for (const std::string& part : base::split(query, '&')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || !is_secret_keyword(percent_decoded(part.substr(0, equals)))) continue;
    base::register_secret(part.substr(equals + 1));
    remember_secret(percent_decoded(part.substr(equals + 1)), {});
  }
}

std::string checked_query(std::string_view query, const std::string& source) {
  std::string out;
  for (const std::string& part : base::split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    std::string key = percent_decoded(part.substr(0, equals));
    if (equals == std::string::npos)
      throw bad_url(source, "the option \"" + key + "\" has no value").advise("write it as " + key + "=value");
    std::string value = part.substr(equals + 1);
    if (belongs_to_a_driver(key)) continue;
    if (key == "ssl") {
      key = "sslmode";
      value = sslmode_of(percent_decoded(value));
    }
    if (key == "username") key = "user";
    if (key == "database") key = "dbname";
    check_keyword(key, source);
    if (has_stray_percent(value))
      throw bad_url(source, "the value of " + key + " has a \"%\" without two hex digits behind it")
          .advise("write % as %25");
    out += (out.empty() ? "?" : "&") + key + "=" + value;
  }
  return out;
}

Settings parse_by_libpq(const std::string& conninfo, const std::string& source, bool may_show_reason) {
  char* reason = nullptr;
  const Options options(PQconninfoParse(conninfo.c_str(), &reason));
  if (!options) {
    // libpq quotes the part it does not understand, and that may be a piece of a password.
    std::string message(base::trim(reason ? reason : "out of memory"));
    PQfreemem(reason);
    if (message == "out of memory") throw std::bad_alloc();
    const std::size_t first = message.find('"'), last = message.rfind('"');
    if (!may_show_reason && first != last) message.replace(first, last - first + 1, "\"***\"");
    throw bad_url(source, message)
        .advise(std::string("write it as ") + example + "; %XX stands for special characters in the password");
  }
  Settings settings;
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option)
    if (option->val) settings[option->keyword] = option->val;
  return settings;
}

Settings parse_uri(std::string_view scheme, std::string_view rest, const std::string& source) {
  const std::string lowered = base::lower(scheme);
  const std::string dialect = lowered.substr(0, lowered.find('+'));
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, authority_end);
  std::string_view path = rest.substr(authority_end), query;
  if (const std::size_t mark = path.find('?'); mark != std::string_view::npos)
    query = path.substr(mark + 1), path = path.substr(0, mark);

  // The last "@" ends the password, so that one with an "@" in it is understood; libpq would take the first.
  const std::size_t at = authority.rfind('@');
  const std::string_view userinfo = at == std::string_view::npos ? std::string_view() : authority.substr(0, at);
  const std::string_view hosts = at == std::string_view::npos ? authority : authority.substr(at + 1);
  const std::size_t colon = userinfo.find(':');
  const std::string user(userinfo.substr(0, colon));
  const std::string password(colon == std::string_view::npos ? std::string_view() : userinfo.substr(colon + 1));
  const std::string name(path.empty() ? path : path.substr(1));
  const std::vector<std::string> public_names = {percent_decoded(user), percent_decoded(name), "postgres", "password"};
  if (!password.empty()) remember_secret(percent_decoded(password), public_names);
  if (!password.empty() && password != percent_decoded(password)) base::register_secret(password);
  remember_query_secrets(query);

  if (dialect != "postgres" && dialect != "postgresql") refuse_scheme(lowered, source);
  if (has_stray_percent(user) || has_stray_percent(password))
    throw bad_url(source, "user or password has a \"%\" without two hex digits behind it").advise("write % as %25");
  // "user:pa/ss@host": the slash ended the host part too early.
  if (at == std::string_view::npos && path.find('@') != std::string_view::npos) {
    const std::size_t start = authority.find(':');
    const std::size_t end = rest.rfind('@');
    if (start != std::string_view::npos) {
      remember_secret(percent_decoded(rest.substr(start + 1, end - start - 1)), public_names);
      base::register_secret(rest.substr(start + 1, end - start - 1));
    }
    throw bad_url(source, "there is an \"@\" behind the first \"/\", so the password seems to have a \"/\" in it")
        .advise("write / as %2F, ? as %3F and # as %23 in the password");
  }

  std::string uri = "postgresql://";
  if (at != std::string_view::npos) {
    uri += percent_encoded(percent_decoded(user));
    if (colon != std::string_view::npos) uri += ":" + percent_encoded(percent_decoded(password));
    uri += "@";
  }
  uri.append(hosts).append(path).append(checked_query(query, source));
  return parse_by_libpq(uri, source, true);
}

/// The pairs of a key=value text, as libpq reads them, to know names and secrets before it complains.
std::vector<std::pair<std::string, std::string>> scan_pairs(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::size_t at = 0;
  const auto is_blank = [&] { return std::string_view(" \t\n\r\f\v").find(text[at]) != std::string_view::npos; };
  const auto skip_blanks = [&] {
    while (at < text.size() && is_blank()) ++at;
  };
  for (skip_blanks(); at < text.size(); skip_blanks()) {
    std::pair<std::string, std::string> pair;
    while (at < text.size() && text[at] != '=' && !is_blank()) pair.first += text[at++];
    skip_blanks();
    if (at == text.size() || text[at] != '=') break;
    ++at;
    skip_blanks();
    const bool quoted = at < text.size() && text[at] == '\'';
    if (quoted) ++at;
    for (; at < text.size() && (quoted ? text[at] != '\'' : !is_blank()); ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      pair.second += text[at];
    }
    if (quoted && at < text.size()) ++at;
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

Settings parse_pairs(std::string_view text, const std::string& source) {
  const auto pairs = scan_pairs(text);
  std::vector<std::string> public_names = {"postgres", "password"};
  for (const auto& [key, value] : pairs)
    if (key == "user" || key == "dbname") public_names.push_back(value);
  bool has_secret = false;
  for (const auto& [key, value] : pairs)
    if (is_secret_keyword(key)) remember_secret(value, public_names), has_secret = true;
  for (const auto& pair : pairs) check_keyword(pair.first, source);
  return parse_by_libpq(std::string(text), source, !has_secret);
}

void check_values(const Settings& settings, const std::string& source) {
  const auto found = settings.find("sslmode");
  const std::vector<std::string> modes = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
  if (found != settings.end() && std::find(modes.begin(), modes.end(), found->second) == modes.end())
    throw bad_url(source, "sslmode \"" + found->second + "\" is none of " + base::join(modes, ", ") +
                              base::did_you_mean_suffix(found->second, modes));
  const auto ports = settings.find("port");
  if (ports == settings.end() || ports->second.empty()) return;
  for (const std::string& port : base::split(ports->second, ',')) {
    const bool is_number = port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
    if (!port.empty() && (!is_number || std::stoi(port) < 1 || std::stoi(port) > 65535))
      throw bad_url(source, "the port \"" + port + "\" is not a number from 1 to 65535")
          .advise(
              "write the port behind the host; special characters of a password are written as %XX (/ is %2F, # is "
              "%23, ? is %3F)");
  }
}

}  // namespace

Settings parse_url_text(std::string_view text, const std::string& source) {
  text = base::trim(text);
  if (text.empty()) throw bad_url(source, "it is empty").advise(std::string("write it as ") + example);
  if (text.find('\0') != std::string_view::npos) throw bad_url(source, "it has a zero byte");
  const std::size_t scheme_end = text.find("://");
  constexpr std::string_view scheme_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-:_";
  Settings settings;
  if (scheme_end != std::string_view::npos &&
      text.substr(0, scheme_end).find_first_not_of(scheme_characters) == std::string_view::npos) {
    std::string_view scheme = text.substr(0, scheme_end);
    if (scheme.starts_with("jdbc:")) scheme = "jdbc";
    settings = parse_uri(scheme, text.substr(scheme_end + 3), source);
  } else if (text.find('=') != std::string_view::npos) {
    settings = parse_pairs(text, source);
  } else {
    throw bad_url(source, "\"" + std::string(text) + "\" is neither a URL nor key=value")
        .advise("write " + std::string(example) + ", or dbname=" + std::string(text) +
                " for a local database, or service=" + std::string(text));
  }
  check_values(settings, source);
  return settings;
}

}  // namespace postgres
