// Reading .env files.
#include "base/dotenv.hpp"

#include <rapidcheck.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"

using namespace base;

namespace {

std::string value_of(const std::string& line) {
  const auto values = parse_dotenv("X=" + line, ".env");
  return values.at("X");
}

Error error_of(const std::string& text) {
  try {
    parse_dotenv(text, "some/.env");
  } catch (const Error& error) {
    return error;
  }
  return Error(code::bug, "nothing was thrown");
}

}  // namespace

TEST_CASE("lines of the usual forms are read", "[base]") {
  const auto values = parse_dotenv(
      "\xEF\xBB\xBF# a comment\r\n"
      "DATABASE_URL=postgresql://u:p@h:5432/d?sslmode=require # note\r\n"
      "\r\n"
      "  export NAME = 'a b'  \r\n"
      "EMPTY=\r\n"
      "TWICE=1\nTWICE=2\n"
      "export=word\n"
      "LAST=\"x\"",
      ".env");
  CHECK(values == std::map<std::string, std::string>{{"DATABASE_URL", "postgresql://u:p@h:5432/d?sslmode=require"},
                                                     {"NAME", "a b"},
                                                     {"EMPTY", ""},
                                                     {"TWICE", "2"},
                                                     {"export", "word"},
                                                     {"LAST", "x"}});
  CHECK(parse_dotenv("", ".env").empty());
}

TEST_CASE("quotes and comments follow the shell's habits", "[base]") {
  CHECK(value_of("a#b") == "a#b");
  CHECK(value_of("a #b") == "a");
  CHECK(value_of("'a #b' # c") == "a #b");
  CHECK(value_of(R"("a\n\"b\" \$x \d")") == "a\n\"b\" $x \\d");
  CHECK(value_of(R"('a\n${HOME}')") == R"(a\n${HOME})");
  CHECK(value_of("\"two\nlines\"") == "two\nlines");
  CHECK(value_of("pa$$word$1") == "pa$$word$1");
}

TEST_CASE("earlier names and the environment are put in for ${NAME}", "[base]") {
  setenv("WAXWING_TEST_HOST", "db.example", 1);
  const auto values = parse_dotenv(
      "U=app\nURL=postgresql://${U}@${WAXWING_TEST_HOST}/"
      "${WAXWING_TEST_NONE:-main}\nQ=\"${U}!\"\nKEPT=${WAXWING_TEST_NONE}",
      ".env");
  unsetenv("WAXWING_TEST_HOST");
  CHECK(values.at("URL") == "postgresql://app@db.example/main");
  CHECK(values.at("Q") == "app!");
  CHECK(values.at("KEPT") == "${WAXWING_TEST_NONE}");
}

TEST_CASE("a line that is no assignment is named", "[base]") {
  const Error error = error_of("A=1\n\n# c\nthis is wrong\n");
  CHECK(error.code() == code::bad_config);
  CHECK(error.places() == std::vector<std::string>{"some/.env:4"});
  CHECK(error_of("=x").places() == std::vector<std::string>{"some/.env:1"});
  CHECK_THAT(error_of("A=1\nB=\"open\n\n").cause(), ContainsSubstring("the quote of B is not closed"));
  CHECK(error_of("A=1\nB=\"open\n\n").places() == std::vector<std::string>{"some/.env:2"});
  CHECK(error_of("A=\"1\n2\"\nB").places() == std::vector<std::string>{"some/.env:3"});
  CHECK_THAT(error_of("A='x'y").cause(), ContainsSubstring("after the closing quote of A"));
}

TEST_CASE("passwords in a .env file are secrets", "[base]") {
  parse_dotenv("DB_PASSWORD=dotenv-canary-1\nNAME=dotenv-public-1", ".env");
  CHECK(redact("dotenv-canary-1 dotenv-public-1") == "*** dotenv-public-1");
}

TEST_CASE("any value survives double quotes", "[base]") {
  CHECK(rc::check("escaped and read", [] {
    const auto value = *rc::gen::container<std::string>(rc::gen::inRange<char>('\n', '\x7F'));
    RC_PRE(value.find('\r') == std::string::npos);
    std::string escaped = replace_all(replace_all(replace_all(value, "\\", "\\\\"), "\"", "\\\""), "$", "\\$");
    RC_ASSERT(value_of("\"" + escaped + "\"") == value);
  }));
}
