// Where secrets are replaced, and where a word is left alone.
#include "base/secrets.hpp"

#include <rapidcheck.h>

#include "support/catch.hpp"

using namespace base;

TEST_CASE("a long secret is replaced wherever it occurs", "[base]") {
  register_secret("correct-horse-battery");
  CHECK(redact("xcorrect-horse-batteryx") == "x***x");
  CHECK(redact("correct-horse-battery") == "***");
  CHECK(redact("correct-horse-batter") == "correct-horse-batter");
}

TEST_CASE("a short secret is replaced where it is a word of its own", "[base]") {
  register_secret("zap7");
  CHECK(redact("password zap7, url u:zap7@host") == "password ***, url u:***@host");
  CHECK(redact("zap70 xzap7 zap7_x") == "zap70 xzap7 zap7_x");
  register_secret("!q!");
  CHECK(redact("a!q!b") == "a***b");  // no word, so it is in no word
}

TEST_CASE("a secret of one or two characters is replaced in the place of a password only", "[base]") {
  register_secret("k");
  CHECK(redact("postgresql://k:k@k/k") == "postgresql://k:***@k/k");
  CHECK(redact("host=k password=k user=k") == "host=k password=*** user=k");
  CHECK(redact("password='k'") == "password='***'");
  CHECK(redact("\"password\": \"k\"") == "\"password\": \"***\"");
  CHECK(redact("the k of password") == "the k of password");
}

TEST_CASE("a common word is replaced in the place of a password only", "[base]") {
  register_secret("commonword", SecretKind::common_word);
  CHECK(redact("role \"commonword\" at commonword:commonword@db") == "role \"commonword\" at commonword:***@db");
  CHECK(redact("PGPASSWORD=commonword") == "PGPASSWORD=***");
  register_secret("commonword");
  CHECK(redact("role \"commonword\"") == "role \"***\"");  // known as a secret from elsewhere too
}

TEST_CASE("the longest secret is replaced first", "[base]") {
  register_secret("abcdefgh");
  register_secret("abcdefghijkl");
  CHECK(redact("abcdefghijkl abcdefgh") == "*** ***");
}

TEST_CASE("an empty secret changes nothing", "[base]") {
  register_secret("");
  CHECK(redact("text") == "text");
  CHECK(redact("").empty());
}

TEST_CASE("names of secrets are known", "[base]") {
  for (const char* name :
       {"DB_PASSWORD", "password", "API_KEY", "GITHUB_TOKEN", "client-secret", "PGPASSWORD", "passwd"})
    CHECK(is_secret_name(name));
  for (const char* name : {"HOST", "primary_key", "user", "DATABASE", "passage"}) CHECK_FALSE(is_secret_name(name));
}

TEST_CASE("a registered secret of eight or more characters never survives", "[base]") {
  CHECK(rc::check("inside any text", [] {
    const auto character = rc::gen::inRange<char>(' ', '~');
    const auto secret = *rc::gen::container<std::string>(12, character);
    const auto before = *rc::gen::container<std::string>(character),
               after = *rc::gen::container<std::string>(character);
    register_secret(secret);
    RC_ASSERT(redact(before + secret + after).find(secret) == std::string::npos);
  }));
}
