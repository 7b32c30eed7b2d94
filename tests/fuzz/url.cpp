// Database URLs: what is accepted can be written, read and shown again, and what is shown never holds the password.
#include "postgres/url.hpp"

#include "base/secrets.hpp"
#include "support/input.hpp"

namespace {

/// Short ones, and those that are names as well, are printed for other reasons.
bool can_be_told(const std::string& secret, const postgres::Url& url) {
  return secret.size() >= 8 && secret != url.user() && secret != url.database() && !base::is_everyday_word(secret) &&
         secret.find('*') == std::string::npos;
}

}  // namespace

FUZZ_TARGET(fuzz::Input input) {
  try {
    const postgres::Url url = postgres::Url::parse(input.rest(), "--url");
    const std::string shown = url.masked();
    for (const std::string& secret : url.secrets())
      fuzz::require(!can_be_told(secret, url) || shown.find(secret) == std::string::npos, "no secret is shown", shown);
    const postgres::Url again = postgres::Url::parse(url.conninfo(), "--url");
    for (const char* keyword : {"host", "port", "user", "password", "dbname", "sslmode", "options"})
      fuzz::require(again.setting(keyword) == url.setting(keyword), "conninfo() reads back", keyword);
    fuzz::require(url.with_database("other").database() == "other", "with_database() changes the database");
    url.is_local();
  } catch (const base::Error& error) {
    fuzz::require(error.code() == base::code::bad_url, "what is refused is a bad URL", base::render(error));
    base::redact(base::render(error));
  }
}
