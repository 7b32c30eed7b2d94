// The list of secrets and the scan that replaces them.
#include "base/secrets.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.hpp"

namespace base {

namespace {

enum class Place { anywhere, whole_word, password_only };

struct Secret {
  std::string text;
  Place place;
};

struct Registry {
  std::mutex mutex;
  std::vector<Secret> longest_first;
  std::array<bool, 256> first_bytes{};
  std::atomic<bool> filled{false};
};

Registry& registry() {
  // Never destroyed: what static objects do at the end of the program may have secrets too.
  static Registry& one = *new Registry;
  return one;
}

constexpr std::string_view mask = "***";

bool is_word(char byte) {
  const auto c = static_cast<unsigned char>(byte);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

bool stands_alone(std::string_view text, std::size_t at, std::string_view secret) {
  const std::size_t end = at + secret.size();
  if (at > 0 && is_word(text[at - 1]) && is_word(secret.front())) return false;
  return !(end < text.size() && is_word(text[end]) && is_word(secret.back()));
}

/// ":secret@" of a URL, and "password=secret", "PGPASSWORD='secret'", "password": "secret".
bool is_in_place_of_password(std::string_view text, std::size_t at, std::string_view secret) {
  const std::size_t end = at + secret.size();
  if (at > 0 && text[at - 1] == ':' && end < text.size() && text[end] == '@') return true;
  if (!stands_alone(text, at, secret)) return false;
  std::size_t name_end = at;
  while (name_end > 0 && std::string_view(" '\"=:").find(text[name_end - 1]) != std::string_view::npos) --name_end;
  const std::string_view between = text.substr(name_end, at - name_end);
  if (between.find_first_of("=:") == std::string_view::npos) return false;
  std::size_t name_start = name_end;
  while (name_start > 0 && is_word(text[name_start - 1])) --name_start;
  return is_secret_name(text.substr(name_start, name_end - name_start));
}

bool fits(const Secret& secret, std::string_view text, std::size_t at) {
  if (text.compare(at, secret.text.size(), secret.text) != 0) return false;
  switch (secret.place) {
    case Place::anywhere: return true;
    case Place::whole_word: return stands_alone(text, at, secret.text);
    case Place::password_only: return is_in_place_of_password(text, at, secret.text);
  }
  return true;
}

/// The longest secret that stands at `at`; null for none.
const Secret* secret_at(const Registry& all, std::string_view text, std::size_t at) {
  if (!all.first_bytes[static_cast<unsigned char>(text[at])]) return nullptr;
  for (const Secret& secret : all.longest_first)
    if (fits(secret, text, at)) return &secret;
  return nullptr;
}

void remember(std::string_view text, SecretKind kind) {
  const Place place = kind == SecretKind::common_word || text.size() < 3 ? Place::password_only
                      : text.size() < 8                                  ? Place::whole_word
                                                                         : Place::anywhere;
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  for (Secret& known : all.longest_first) {
    if (known.text != text) continue;
    known.place = std::min(known.place, place);
    return;
  }
  const auto shorter = [&](const Secret& known) { return known.text.size() < text.size(); };
  const auto position = std::find_if(all.longest_first.begin(), all.longest_first.end(), shorter);
  all.longest_first.insert(position, {std::string(text), place});
  all.first_bytes[static_cast<unsigned char>(text.front())] = true;
  all.filled = true;
}

/// A piece of a secret can stand beside the dots of a text that was cut: PostgreSQL shortens what it quotes, and so do
/// we. Pieces of fewer bytes say nothing.
constexpr std::size_t shortest_piece = 4;

std::size_t length_of_tail(const Registry& all, std::string_view before) {
  std::size_t longest = 0;
  for (const Secret& secret : all.longest_first) {
    if (secret.place != Place::anywhere) continue;
    for (std::size_t n = std::min(secret.text.size(), before.size()); n >= shortest_piece && n > longest; --n)
      if (before.ends_with(std::string_view(secret.text).substr(0, n))) longest = n;
  }
  return longest;
}

std::size_t length_of_head(const Registry& all, std::string_view after) {
  std::size_t longest = 0;
  for (const Secret& secret : all.longest_first) {
    if (secret.place != Place::anywhere) continue;
    for (std::size_t n = std::min(secret.text.size(), after.size()); n >= shortest_piece && n > longest; --n)
      if (after.starts_with(std::string_view(secret.text).substr(secret.text.size() - n))) longest = n;
  }
  return longest;
}

std::string without_cut_pieces(const Registry& all, std::string text) {
  for (const std::string_view dots : {std::string_view("..."), std::string_view("\u2026")})
    for (std::size_t at = text.find(dots); at != std::string::npos; at = text.find(dots, at + 1)) {
      if (const std::size_t n = length_of_head(all, std::string_view(text).substr(at + dots.size())); n > 0)
        text.replace(at + dots.size(), n, mask);
      if (const std::size_t n = length_of_tail(all, std::string_view(text).substr(0, at)); n > 0) {
        text.replace(at - n, n, mask);
        at = at - n + mask.size();
      }
    }
  return text;
}

}  // namespace

/// Masked everywhere, they would only make the output unreadable.
bool is_everyday_word(std::string_view text) {
  static constexpr std::string_view words[] = {
      "admin",    "app",      "changeme",   "database", "default",    "dev",    "development", "example", "false",
      "guest",    "local",    "localhost",  "no",       "nil",        "none",   "null",        "pass",    "passwd",
      "password", "postgres", "postgresql", "prod",     "production", "public", "root",        "secret",  "staging",
      "test",     "token",    "true",       "user",     "waxwing",    "yes"};
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

void register_secret(std::string_view text, SecretKind kind) {
  if (text.empty()) return;
  if (is_everyday_word(text)) kind = SecretKind::common_word;
  for (const std::string& form : written_forms(text)) remember(form, kind);
}

void forget_secrets() {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.longest_first.clear();
  all.first_bytes.fill(false);
  all.filled = false;
}

std::string redact(std::string_view text) {
  Registry& all = registry();
  if (!all.filled) return std::string(text);
  const std::lock_guard lock(all.mutex);
  std::string out;
  out.reserve(text.size());
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const Secret* found = secret_at(all, text, at);
    if (!found) continue;
    out.append(text.substr(copied, at - copied)).append(mask);
    // Another one may begin within this one and reach beyond it; no piece of it may stay.
    copied = at + found->text.size();
    while (++at < copied)
      if (const Secret* other = secret_at(all, text, at)) copied = std::max(copied, at + other->text.size());
    --at;
  }
  return without_cut_pieces(all, std::move(out.append(text.substr(copied))));
}

void redact(nlohmann::ordered_json& document) {
  if (!registry().filled) return;
  if (document.is_string()) {
    document = redact(document.get_ref<const std::string&>());
  } else if (document.is_array()) {
    for (auto& each : document) redact(each);
  } else if (document.is_object()) {
    nlohmann::ordered_json redacted = nlohmann::ordered_json::object();
    for (auto& [key, value] : document.items()) {
      redact(value);
      redacted[redact(key)] = std::move(value);
    }
    document = std::move(redacted);
  }
}

}  // namespace base
