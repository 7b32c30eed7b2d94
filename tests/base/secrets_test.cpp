// Where secrets are replaced, and where a word is left alone.
#include "base/secrets.hpp"

#include <rapidcheck.h>

#include <atomic>
#include <thread>
#include <vector>

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

TEST_CASE("a secret is replaced in every form it is written in", "[base]") {
  const std::string secret = "it's a \"wall\" \\ of 100% Löß";
  register_secret(secret);
  for (const char* written :
       {"it%27s%20a%20%22wall%22%20%5C%20of%20100%25%20L%C3%B6%C3%9F",
        "it%27s+a+%22wall%22+%5C+of+100%25+L%C3%B6%C3%9F",
        "it%27s%20a%20%22wall%22%20%5c%20of%20100%25%20L%c3%b6%c3%9f", "it''s a \"wall\" \\ of 100% Löß",
        "it''s a \"wall\" \\\\ of 100% Löß", "it\\'s a \"wall\" \\\\ of 100% Löß",
        "it's a \\\"wall\\\" \\\\ of 100% Löß", "it's a \\\"wall\\\" \\\\ of 100% L\\u00f6\\u00df"})
    CHECK(redact("<" + std::string(written) + ">") == "<***>");
}

TEST_CASE("the lines of a long secret are secrets", "[base]") {
  register_secret("first-line-of-key\nsecond-line-of-key\n--\n");
  CHECK(redact("key: second-line-of-key!") == "key: ***!");
  CHECK(redact("--") == "--");
}

TEST_CASE("a piece of a secret beside the dots of a cut text is replaced", "[base]") {
  register_secret("bcdfghjklmnpqrst");
  CHECK(redact("... {\"a\": \"bcdfghjk...") == "... {\"a\": \"***...");
  CHECK(redact("...mnpqrst\"}") == "...***\"}");
  CHECK(redact("mnpqrst\u2026 bcdf\u2026") == "mnpqrst\u2026 ***\u2026");
  CHECK(redact("bcdfghjk") == "bcdfghjk");
  CHECK(redact("bcd...") == "bcd...");
}

TEST_CASE("everyday words are masked in the place of a password only", "[base]") {
  register_secret("postgres");
  CHECK(redact("postgresql://postgres:postgres@db") == "postgresql://postgres:***@db");
}

TEST_CASE("secrets are found in a text of unknown kind", "[base]") {
  register_secrets_in(
      "see postgres://me:found-in-url-%41@db/x, DB_PASSWORD=found-in-pair rest, password = 'found-in-sql' and "
      "{ \"api_token\": \"found-in-json\", password = found_column, PASSWORD 'found-in-role', "
      "secret = env('NOT_FOUND'), token=call(not-found)");
  CHECK(redact("found-in-url-%41 found-in-url-A found-in-pair found-in-sql found-in-json found-in-role") ==
        "*** *** *** *** *** ***");
  CHECK(redact("found_column NOT_FOUND call(not-found)") == "found_column NOT_FOUND call(not-found)");
}

TEST_CASE("threads may register and redact at the same time", "[base]") {
  std::vector<std::thread> threads;
  std::atomic<int> leaks = 0;
  for (int n = 0; n < 4; ++n)
    threads.emplace_back([n, &leaks] {
      for (int i = 0; i < 50; ++i) {
        const std::string secret = "thread " + std::to_string(n) + " knows secret " + std::to_string(i);
        register_secret(secret);
        if (redact("it is " + secret).find(secret) != std::string::npos) ++leaks;
      }
    });
  for (std::thread& each : threads) each.join();
  CHECK(leaks == 0);
}

TEST_CASE("an empty secret changes nothing", "[base]") {
  register_secret("");
  CHECK(redact("text") == "text");
  CHECK(redact("").empty());
}

TEST_CASE("names of secrets are known", "[base]") {
  for (const char* name : {"DB_PASSWORD", "password", "API_KEY", "GITHUB_TOKEN", "client-secret", "PGPASSWORD",
                           "passwd", "DB_PASS", "MYSQL_PWD", "signing-key"})
    CHECK(is_secret_name(name));
  for (const char* name : {"HOST", "primary_key", "user", "DATABASE", "passage", "PWD", "OLDPWD", "DB_PASSWORD_FILE"})
    CHECK_FALSE(is_secret_name(name));
}

TEST_CASE("a registered secret of eight or more characters never survives", "[base]") {
  CHECK(rc::check("inside any text", [] {
    const auto character = rc::gen::inRange<char>(' ', '~');
    const auto secret = *rc::gen::container<std::string>(12, character);
    const auto before = *rc::gen::container<std::string>(character),
               after = *rc::gen::container<std::string>(character);
    forget_secrets();
    register_secret(secret);
    RC_ASSERT(redact(before + secret + after).find(secret) == std::string::npos);
  }));
}
