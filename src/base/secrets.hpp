// Texts that must never be printed: who learns a secret registers it, and everything that speaks redacts.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// How far a secret can be told from ordinary words.
enum class SecretKind {
  /// A value of its own; see redact() for where it is replaced.
  distinct,
  /// A word that is printed for other reasons as well (the password "postgres" of the user "postgres").
  common_word,
};

/// Remembers `text` and its written forms until the end of the program. Thread-safe; an empty text is ignored. Everyday
/// words (postgres, admin, test ...) count as common words.
void register_secret(std::string_view text, SecretKind kind = SecretKind::distinct);

/// A word that is common even as a password: it is replaced only in the place of one.
bool is_everyday_word(std::string_view text);

/// Forgets them all: for tests that try many.
void forget_secrets();

/// Registers what looks like a secret in a text of unknown kind (a word of the command line, waxwing.lua, SQL): the
/// password of a URL, and the value of a name that is_secret_name() knows.
void register_secrets_in(std::string_view text);
/// The same for an environment: "NAME=value", null at the end.
void register_secrets_of_environment(const char* const* entries);
/// True for the "NAME=value" that register_secrets_of_environment() would learn something from.
bool is_secret_of_environment(std::string_view entry);

/// The secret itself, and what becomes of it in URLs, SQL, JSON and libpq's key=value; each line of one with several.
std::vector<std::string> written_forms(std::string_view secret);

/// True for names of settings whose value is a secret: DB_PASSWORD, DB_PASS, API_KEY, AUTH_TOKEN, client_secret ...
bool is_secret_name(std::string_view name);

/// Replaces every registered secret by `***`, longest first:
/// - 8 characters and longer: wherever they occur, inside words as well;
/// - 3 to 7 characters: where they are no part of a longer word, so that the password "app" leaves "application" alone;
/// - 1 or 2 characters, and common words: only in the place of a password, since elsewhere they say nothing;
///   that is between ':' and '@', and as the value of a name that is_secret_name() knows (PGPASSWORD='x');
/// - the beginning or end of a long one beside the "..." of a text that was cut.
std::string redact(std::string_view text);

/// The same for every string and key of a JSON document, before its quotes are escaped.
void redact(nlohmann::ordered_json& document);

}  // namespace base
