// Names and values as SQL, checked against PostgreSQL's own reading of them.
#include "postgres/quote.hpp"

#include <rapidcheck.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "postgres/connection.hpp"
#include "postgres/private_cluster.hpp"
#include "support/catch.hpp"

using namespace postgres;

namespace {

Connection& server() {
  static const PrivateCluster cluster = PrivateCluster::temporary();
  static const std::unique_ptr<Connection> connection = Connection::open(cluster.url());
  return *connection;
}

/// Any text of code points other than zero, of at most `max_bytes` bytes.
rc::Gen<std::string> any_text(std::size_t max_bytes) {
  const auto point = rc::gen::oneOf(
      rc::gen::element<std::uint32_t>('"', '\'', '\\', ' ', '.', '$', '%', 'A', 'z', '_', 0xE9, 0x6570, 0x1F600),
      rc::gen::inRange<std::uint32_t>(1, 0x250));
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(point),
                      [max_bytes](const std::vector<std::uint32_t>& points) {
                        std::string text;
                        for (const std::uint32_t each : points) {
                          std::string longer = text;
                          base::utf8::append(longer, each);
                          if (longer.size() > max_bytes) break;
                          text = longer;
                        }
                        return text;
                      });
}

}  // namespace

TEST_CASE("names are quoted by doubling quotes", "[postgres]") {
  CHECK(quote_identifier("orders") == "\"orders\"");
  CHECK(quote_identifier("a\"b") == "\"a\"\"b\"");
  CHECK(quote_identifier("a\\b'c") == "\"a\\b'c\"");
  CHECK(quote_identifier("größe 数") == "\"größe 数\"");
  CHECK(quote_qualified("my schema", "t") == "\"my schema\".\"t\"");
  CHECK(quote_qualified("", "t") == "\"t\"");
}

TEST_CASE("names are left plain only where PostgreSQL reads them back", "[postgres]") {
  CHECK(format_identifier("orders") == "orders");
  CHECK(format_identifier("_x1") == "_x1");
  CHECK(format_identifier("name") == "name");  // an unreserved keyword
  CHECK(format_identifier("Orders") == "\"Orders\"");
  CHECK(format_identifier("1x") == "\"1x\"");
  CHECK(format_identifier("a$b") == "\"a$b\"");
  CHECK(format_identifier("größe") == "\"größe\"");
  for (const char* word :
       {"select", "user", "order", "table", "between", "left", "json_table", "merge_action", "system_user"})
    CHECK(format_identifier(word) == "\"" + std::string(word) + "\"");
}

TEST_CASE("what cannot be a name is refused", "[postgres]") {
  const auto cause_of = [](std::string_view name) -> std::string {
    for (auto* function : {&quote_identifier, &format_identifier}) {
      try {
        function(name);
        return "accepted";
      } catch (const base::Error& error) {
        if (error.code() != base::code::bad_identifier) return "another code";
        if (function == &format_identifier) return error.cause();
      }
    }
    return "";
  };
  CHECK_THAT(cause_of(""), ContainsSubstring("empty"));
  CHECK_THAT(cause_of(std::string(64, 'x')), ContainsSubstring("64 bytes"));
  CHECK_THAT(cause_of(base::replace_all(std::string(32, 'x'), "x", "é")), ContainsSubstring("64 bytes"));
  CHECK_THAT(cause_of(std::string_view("a\0b", 3)), ContainsSubstring("zero byte"));
  CHECK_THAT(cause_of("a\xFF"), ContainsSubstring("UTF-8"));
  CHECK(quote_identifier(std::string(63, 'x')).size() == 65);
}

TEST_CASE("texts are quoted by doubling quotes, with E where there are backslashes", "[postgres]") {
  CHECK(quote_literal("it's") == "'it''s'");
  CHECK(quote_literal("") == "''");
  CHECK(quote_literal("a\\b") == " E'a\\\\b'");
  CHECK(quote_literal("größe\n数") == "'größe\n数'");
  CHECK_THROWS_AS(quote_literal(std::string_view("a\0b", 3)), base::Error);
  CHECK_THROWS_AS(quote_literal("a\xFF"), base::Error);
}

TEST_CASE("the server agrees on every keyword that needs quotes", "[postgres]") {
  const Result words = server().query("select word, quote_ident(word) from pg_get_keywords()");
  REQUIRE(words.rows() > 400);
  for (std::size_t row = 0; row < words.rows(); ++row) {
    const std::string ours = format_identifier(words.value(row, 0)), theirs = words.text(row, 1);
    INFO(words.value(row, 0));
    // A name that is plain for this server may be a keyword of a newer one; never the other way round.
    if (theirs.front() == '"') CHECK(ours == theirs);
    CHECK((ours == theirs || ours == "\"" + theirs + "\""));
  }
}

TEST_CASE("any name reaches the server unchanged", "[postgres]") {
  CHECK(rc::check("as the name of a column, and like quote_ident", [] {
    const std::string name = *rc::gen::nonEmpty(any_text(63));
    const Result result = server().query("select 1 as " + quote_identifier(name));
    RC_ASSERT(result.column_name(0) == name);
    RC_ASSERT(server().query("select 1 as " + format_identifier(name)).column_name(0) == name);
    RC_ASSERT(server().query("select quote_ident($1)", {{name}}).text(0, 0) == format_identifier(name));
  }));
}

TEST_CASE("any text reaches the server unchanged", "[postgres]") {
  CHECK(rc::check("with standard_conforming_strings on and off", [] {
    const std::string text = *any_text(500);
    for (const char* setting : {"on", "off"}) {
      server().query(std::string("set standard_conforming_strings = ") + setting);
      RC_ASSERT(server().query("select" + quote_literal(text)).text(0, 0) == text);
    }
    server().query("set standard_conforming_strings = on");
  }));
}
