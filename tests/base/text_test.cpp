// Splitting, cases, widths, plurals, sizes, slugs and guesses at what was meant.
#include "base/text.hpp"

#include <rapidcheck.h>

#include "base/utf8.hpp"
#include "support/catch.hpp"

using namespace base;

TEST_CASE("splitting and joining are each other's inverse", "[base]") {
  CHECK(split("a,b,,c", ',') == std::vector<std::string>{"a", "b", "", "c"});
  CHECK(split("", ',') == std::vector<std::string>{""});
  CHECK(join({}, ", ").empty());
  CHECK(join({"a", "b"}, ", ") == "a, b");
  CHECK(rc::check("join(split(text)) == text",
                  [](const std::string& text) { RC_ASSERT(join(split(text, 'e'), "e") == text); }));
}

TEST_CASE("trimming takes blanks off both ends only", "[base]") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n ").empty());
}

TEST_CASE("cases change ASCII letters and leave others alone", "[base]") {
  CHECK(lower("ÄBC_1") == "Äbc_1");
  CHECK(upper("äbc_1") == "äBC_1");
}

TEST_CASE("replacing does not look at what it wrote", "[base]") {
  CHECK(replace_all("aaa", "a", "aa") == "aaaaaa");
  CHECK(replace_all("abc", "", "x") == "abc");
  CHECK(replace_all("a--b--", "--", "") == "ab");
}

TEST_CASE("width counts columns, not bytes", "[base]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("✓ Größe") == 7);
  CHECK(display_width("e\xCC\x81") == 1);      // e and a combining acute
  CHECK(display_width("数据库") == 6);         // wide
  CHECK(display_width("⚠\xEF\xB8\x8F") == 1);  // with a variation selector
  CHECK(display_width("✅") == 2);
  CHECK(display_width("\xFF\xFE") == 2);  // not UTF-8: a column each
  CHECK(pad_right("数", 4) == "数  ");
  CHECK(pad_right("abcdef", 4) == "abcdef");
}

TEST_CASE("UTF-8 is checked as the standard defines it", "[base]") {
  CHECK(is_valid_utf8("plain, ß, €, 😀"));
  CHECK_FALSE(is_valid_utf8("\xC0\xAF"));          // overlong "/"
  CHECK_FALSE(is_valid_utf8("\xED\xA0\x80"));      // a surrogate
  CHECK_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  CHECK_FALSE(is_valid_utf8("\xE2\x82"));          // cut short
  CHECK_FALSE(is_valid_utf8("\x80"));
}

TEST_CASE("every code point survives being written and read", "[base]") {
  CHECK(rc::check("next(append(c)) == c", [] {
    const auto c = *rc::gen::suchThat(rc::gen::inRange<std::uint32_t>(1, 0x110000),
                                      [](std::uint32_t v) { return v < 0xD800 || v > 0xDFFF; });
    std::string text;
    utf8::append(text, c);
    std::size_t at = 0;
    RC_ASSERT(utf8::next(text, at) == c);
    RC_ASSERT(at == text.size());
    RC_ASSERT(is_valid_utf8(text));
  }));
}

TEST_CASE("any bytes can be measured", "[base]") {
  CHECK(rc::check("a width is at most twice the bytes, and reading always moves on", [](const std::string& bytes) {
    RC_ASSERT(display_width(bytes) <= 2 * bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t before = at;
      utf8::next(bytes, at);
      RC_ASSERT(at > before);
    }
  }));
}

TEST_CASE("counts have plurals", "[base]") {
  CHECK(count_of(1, "book") == "1 book");
  CHECK(count_of(0, "book") == "0 books");
  CHECK(count_of(2, "query", "queries") == "2 queries");
  CHECK(count_of(1, "query", "queries") == "1 query");
}

TEST_CASE("sizes are written as ls -h writes them", "[base]") {
  CHECK(human_size(0) == "0");
  CHECK(human_size(1023) == "1023");
  CHECK(human_size(1024) == "1.0K");
  CHECK(human_size(1025) == "1.1K");
  CHECK(human_size(87 * 1024 - 5) == "87K");
  CHECK(human_size(1024 * 1024 - 1) == "1.0M");
  CHECK(human_size(1503238553ULL) == "1.4G");
  CHECK(human_size(~0ULL) == "16E");
}

TEST_CASE("durations have the unit that suits them", "[base]") {
  CHECK(human_duration(0.42) == "0.4 ms");
  CHECK(human_duration(640) == "640 ms");
  CHECK(human_duration(999.6) == "1.0 s");
  CHECK(human_duration(1400) == "1.4 s");
  CHECK(human_duration(59960) == "1 min 0 s");
  CHECK(human_duration(125000) == "2 min 5 s");
  CHECK(human_duration(3780000) == "1 h 3 min");
}

TEST_CASE("a typo is recognised", "[base]") {
  const std::vector<std::string> keys = {"table", "name", "type", "not_null", "default", "comment"};
  CHECK(did_you_mean("tabel", keys) == "table");
  CHECK(did_you_mean("nmae", keys) == "name");
  CHECK(did_you_mean("not-null", keys) == "not_null");
  CHECK(did_you_mean("NAME", keys) == "name");
  CHECK(did_you_mean("def", keys) == "default");
  CHECK(did_you_mean_suffix("tabel", keys) == "; did you mean \"table\"?");
}

TEST_CASE("words of other tools are recognised, misspelt as well", "[base]") {
  const std::vector<std::string> keys = {"table", "name", "type", "not_null", "default"};
  CHECK(did_you_mean("nullable", keys) == "not_null");
  CHECK(did_you_mean("nulable", keys) == "not_null");
  CHECK(did_you_mean("server_default", keys) == "default");
  CHECK(did_you_mean("table_name", keys) == "table");
  CHECK(did_you_mean("rollback", {"upgrade", "downgrade", "current"}) == "downgrade");
  CHECK(did_you_mean("nullable", {"columns"}).empty());
}

TEST_CASE("nothing is guessed when nothing is near", "[base]") {
  CHECK(did_you_mean("xyzzy", {"table", "name", "type"}).empty());
  CHECK(did_you_mean("", {"a"}).empty());
  CHECK(did_you_mean("ab", {"cd", "x"}).empty());
  CHECK(did_you_mean_suffix("xyzzy", {"table"}).empty());
}

TEST_CASE("one edit in a long word is always undone", "[base]") {
  CHECK(rc::check("a swapped pair of neighbours", [] {
    const std::vector<std::string> words = {"concurrently", "references", "description", "validate", "transaction"};
    const std::string word = *rc::gen::elementOf(words);
    const auto at = *rc::gen::inRange<std::size_t>(0, word.size() - 1);
    std::string typo = word;
    std::swap(typo[at], typo[at + 1]);
    RC_ASSERT(did_you_mean(typo, words) == word);
  }));
}

TEST_CASE("a slug is Alembic's", "[base]") {
  CHECK(slug("add unique constraints for email and barcode") == "add_unique_constraints_for_email_and_");
  CHECK(slug("Create account table") == "create_account_table");
  CHECK(slug("  it's -- a (test)! ") == "it_s_a_test");
  CHECK(slug("").empty());
  CHECK(slug("Größe ändern") == "größe_ändern");
  CHECK(slug("ÄPFEL") == "äpfel");
  CHECK(slug("a → b") == "a_b");
  CHECK(slug(std::string(50, 'x')) == std::string(40, 'x') + "_");
  CHECK(slug(std::string(40, 'x')) == std::string(40, 'x'));
  CHECK(slug("one two three", 7) == "one_");
}

TEST_CASE("a slug fits into a file name", "[base]") {
  CHECK(rc::check("no separators, no blanks, bounded", [](const std::string& title) {
    const std::string made = slug(title);
    RC_ASSERT(made.find_first_of("/\\ \t\n.'\"") == std::string::npos);
    RC_ASSERT(is_valid_utf8(made));
    RC_ASSERT(display_width(made) <= 2 * 41);
  }));
}
