// How a secret looks where it was written into something else, and how secrets are found in a text of unknown kind.
#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/secrets.hpp"
#include "base/text.hpp"

namespace base {

namespace {

/// As short as a line of a secret may be to be one by itself.
constexpr std::size_t shortest_line = 8;

std::string with_small_digits(std::string percent) {
  for (std::size_t at = percent.find('%'); at != std::string::npos; at = percent.find('%', at + 3))
    for (std::size_t i = at + 1; i <= at + 2; ++i)
      if (percent[i] >= 'A' && percent[i] <= 'F') percent[i] = static_cast<char>(percent[i] - 'A' + 'a');
  return percent;
}

std::string json_form(std::string_view secret, bool ascii) {
  const std::string quoted = nlohmann::json(secret).dump(-1, ' ', ascii, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

struct UrlPassword {
  std::string_view user, password;
};

/// Of each scheme://user:password@host.
std::vector<UrlPassword> passwords_of_urls(std::string_view text) {
  std::vector<UrlPassword> found;
  for (std::size_t scheme = text.find("://"); scheme != std::string_view::npos; scheme = text.find("://", scheme + 3)) {
    const std::string_view rest = text.substr(scheme + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of(" \t\r\n\"<>"));
    const std::size_t colon = authority.find(':'), at = authority.rfind('@');
    if (colon == std::string_view::npos || at == std::string_view::npos || at < colon) continue;
    // "host:5432/path@x" has no user in front of its colon.
    if (authority.find('/') < colon) continue;
    found.push_back({authority.substr(0, colon), authority.substr(colon + 1, at - colon - 1)});
  }
  return found;
}

void register_passwords_of_urls(std::string_view text) {
  for (const auto& [user, password] : passwords_of_urls(text)) {
    const SecretKind kind = password == user ? SecretKind::common_word : SecretKind::distinct;
    register_secret(password, kind);
    register_secret(percent_decoded(password), kind);
  }
}

/// The value that begins at `at`, quoted or up to a blank; "" when there is none.
std::string value_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const char quote = text[at];
  if (quote != '\'' && quote != '"') return std::string(text.substr(at, text.find_first_of(" \t\r\n&;,)}", at) - at));
  std::string value;
  for (++at; at < text.size() && text[at] != quote; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    value += text[at];
  }
  return value;
}

/// The values of password=..., DB_TOKEN: "...", PASSWORD '...'.
void register_named_values(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_name_byte(text[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && is_name_byte(text[at])) ++at;
    if (!is_secret_name(text.substr(start, at - start))) continue;
    std::size_t value = at;
    const auto skip = [&](std::string_view set) {
      while (value < text.size() && set.find(text[value]) != std::string_view::npos) ++value;
    };
    // "password": "x" in JSON, ["password"] = "x" in Lua.
    if (value < text.size() && (text[value] == '"' || text[value] == '\'')) ++value;
    skip(" \t]");
    const bool has_sign = value < text.size() && (text[value] == '=' || text[value] == ':');
    const bool is_tight = has_sign && value == at;
    if (has_sign) ++value;
    const std::size_t behind_sign = value;
    skip(" \t");
    const char first = value < text.size() ? text[value] : '\0';
    // SQL says PASSWORD '...' without a sign. A bare word is a value only in NAME=word; elsewhere it is a column or a
    // call.
    const bool is_quoted = first == '\'' || (first == '"' && has_sign);
    if (!is_quoted && !(is_tight && value == behind_sign)) continue;
    const std::string found = value_at(text, value);
    if (is_quoted || found.find('(') == std::string::npos) register_secret(found);
    at = std::max(at, value);
  }
}

}  // namespace

std::vector<std::string> written_forms(std::string_view secret) {
  std::vector<std::string> forms = {std::string(secret)};
  const auto add = [&](std::string form) {
    if (std::find(forms.begin(), forms.end(), form) == forms.end()) forms.push_back(std::move(form));
  };
  const std::string percent = percent_encoded(secret);
  // Most secrets are written the same everywhere.
  if (percent == secret) return forms;
  add(percent);
  add(with_small_digits(percent));
  add(replace_all(percent, "%20", "+"));
  const std::string doubled_backslash = replace_all(std::string(secret), "\\", "\\\\");
  add(replace_all(doubled_backslash, "'", "\\'"));
  add(replace_all(doubled_backslash, "'", "''"));
  add(replace_all(std::string(secret), "'", "''"));
  add(replace_all(std::string(secret), "\"", "\"\""));
  add(json_form(secret, false));
  add(json_form(secret, true));
  // A message may show one line of a key.
  if (secret.find('\n') != std::string_view::npos)
    for (const std::string& line : split(secret, '\n'))
      if (const std::string_view trimmed = trim(line); trimmed.size() >= shortest_line) add(std::string(trimmed));
  return forms;
}

bool is_secret_name(std::string_view name) {
  const std::string lowered = replace_all(lower(name), "-", "_");
  // PASSWORD_FILE names a file, and messages about it must be able to.
  for (const char* end : {"_file", "_path", "_dir", "_directory"})
    if (lowered.ends_with(end)) return false;
  for (const char* part : {"password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "private_key",
                           "access_key", "signing_key", "encryption_key", "credential"})
    if (lowered.find(part) != std::string::npos) return true;
  // PWD itself is where a shell keeps its folder.
  if (lowered == "pwd") return false;
  for (const std::string& word : split(lowered, '_'))
    if (word == "pass" || word == "pwd") return true;
  return false;
}

void register_secrets_in(std::string_view text) {
  register_passwords_of_urls(text);
  register_named_values(text);
}

void register_secrets_of_environment(const char* const* entries) {
  for (; entries && *entries; ++entries) {
    const std::string_view entry = *entries;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view value = entry.substr(equals + 1);
    if (is_secret_name(entry.substr(0, equals))) register_secret(value);
    register_passwords_of_urls(value);
  }
}

bool is_secret_of_environment(std::string_view entry) {
  const std::size_t equals = std::min(entry.find('='), entry.size());
  // The name of a file that libpq reads.
  if (entry.substr(0, equals) == "PGPASSFILE") return false;
  return is_secret_name(entry.substr(0, equals)) || !passwords_of_urls(entry.substr(equals)).empty();
}

}  // namespace base
