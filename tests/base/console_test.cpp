// What is printed where, and in which letters.
#include "base/console.hpp"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/secrets.hpp"
#include "support/catch.hpp"

using namespace base;

namespace {

/// A console on two temporary files.
struct Recorded {
  explicit Recorded(ConsoleOptions options = {})
      : out(std::tmpfile()), err(std::tmpfile()), console(options, out, err) {}
  ~Recorded() {
    std::fclose(out);
    std::fclose(err);
  }
  static std::string text_of(std::FILE* file) {
    std::fflush(file);
    std::rewind(file);
    std::string text;
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
    return text;
  }
  std::string on_out() { return text_of(out); }
  std::string on_err() { return text_of(err); }
  std::FILE *out, *err;
  Console console;
};

/// Sets environment variables for its lifetime.
class Environment {
 public:
  Environment(std::initializer_list<std::pair<const char*, const char*>> values) {
    for (const auto& [name, value] : values) {
      const char* old = std::getenv(name);
      saved_.emplace_back(name, old ? std::optional<std::string>(old) : std::nullopt);
      if (value)
        setenv(name, value, 1);
      else
        unsetenv(name);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : saved_) value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str());
  }

 private:
  std::vector<std::pair<std::string, std::optional<std::string>>> saved_;
};

}  // namespace

TEST_CASE("results go to stdout and the log to stderr, in Alembic's form", "[base]") {
  Recorded recorded;
  recorded.console.result("1294713df196 (head)");
  recorded.console.info("migrate", "Running upgrade  -> 1294713df196");
  recorded.console.warn("", "careful");
  recorded.console.debug("postgres", "not said");
  CHECK(recorded.on_out() == "1294713df196 (head)\n");
  CHECK(recorded.on_err() == "INFO  [waxwing.migrate] Running upgrade  -> 1294713df196\nWARN  [waxwing] careful\n");
}

TEST_CASE("--quiet leaves warnings and results, --verbose adds the details", "[base]") {
  Recorded quiet({.quiet = true, .verbose = true});
  quiet.console.info("a", "information");
  quiet.console.debug("a", "detail");
  quiet.console.warn("a", "warning");
  quiet.console.result("result");
  CHECK(quiet.on_err() == "WARN  [waxwing.a] warning\n");
  CHECK(quiet.on_out() == "result\n");
  Recorded verbose({.verbose = true});
  verbose.console.debug("a", "detail");
  CHECK(verbose.on_err() == "DEBUG [waxwing.a] detail\n");
}

TEST_CASE("with --json stdout has the document alone", "[base]") {
  Recorded recorded({.json = true});
  recorded.console.result("text");
  recorded.console.json({{"schema_version", 1}, {"name", "größe"}});
  CHECK(recorded.on_out() == "{\n  \"schema_version\": 1,\n  \"name\": \"größe\"\n}\n");
}

TEST_CASE("JSON with bytes that are not UTF-8 is still JSON", "[base]") {
  Recorded recorded({.json = true});
  recorded.console.json({{"name", "a\xFF"}});
  CHECK(nlohmann::json::parse(recorded.on_out())["name"] == "a\uFFFD");
}

TEST_CASE("an error is text on stderr, or JSON on stdout", "[base]") {
  const Error error = Error(code::no_url, "no database is configured").advise("set DATABASE_URL");
  Recorded text;
  text.console.error(error);
  CHECK(text.on_err() == render(error));
  CHECK(text.on_out().empty());
  Recorded json({.json = true});
  json.console.error(error);
  CHECK(json.on_err().empty());
  CHECK(nlohmann::json::parse(json.on_out())["error"]["code"] == "WAX-1004");
}

TEST_CASE("typographic characters become ASCII where the locale has only that", "[base]") {
  const Console ascii({.ascii = true});
  CHECK(ascii.adapt("✓ a → b – “c” … ⚠️ ✗ ═══") == "ok a -> b - \"c\" ... ! failed ===");
  CHECK(ascii.adapt("Größe 数") == "Größe 数");  // a user's words are left alone
  CHECK(ascii.mark(Mark::ok) == "ok");
  CHECK(ascii.mark(Mark::failed) == "failed");
  const Console unicode;
  CHECK(unicode.adapt("✓ →") == "✓ →");
  CHECK(unicode.mark(Mark::ok) == "✓");
  CHECK(unicode.mark(Mark::arrow) == "→");
  Recorded recorded({.ascii = true});
  recorded.console.result("✓ done");
  recorded.console.raw("select '✓';");
  CHECK(recorded.on_out() == "ok done\nselect '✓';");  // SQL is not changed
}

TEST_CASE("colour is used only when asked for", "[base]") {
  CHECK(Console().bold("x") == "x");
  CHECK(Console({.colour = true}).bold("x") == "\033[1mx\033[0m");
  CHECK(Console({.colour = true}).mark(Mark::ok) == "\033[32m✓\033[0m");
  Recorded recorded({.colour = true});
  recorded.console.info("a", "b");
  CHECK(recorded.on_err() == "\033[32mINFO \033[0m [waxwing.a] b\n");
}

TEST_CASE("the character set is read from LC_ALL, LC_CTYPE and LANG, in this order", "[base]") {
  const auto is_ascii = [](const char* all, const char* ctype, const char* lang) {
    const Environment environment{{"LC_ALL", all}, {"LC_CTYPE", ctype}, {"LANG", lang}};
    return Console::options_from_environment().ascii;
  };
  CHECK(is_ascii(nullptr, nullptr, nullptr));
  CHECK(is_ascii("C", "en_US.UTF-8", "en_US.UTF-8"));
  CHECK_FALSE(is_ascii("", "", "de_DE.UTF-8"));
  CHECK_FALSE(is_ascii(nullptr, "C.utf8", "C"));
  CHECK(is_ascii(nullptr, "de_DE.ISO-8859-1", "C.UTF-8"));
}

TEST_CASE("without terminals there is no colour", "[base]") {
  const Environment environment{{"NO_COLOR", "1"}};
  CHECK_FALSE(Console::options_from_environment().colour);
}

TEST_CASE("no secret is printed by any door", "[base]") {
  register_secret("c4nary \"quoted\" & blank");
  const std::string leak = "before c4nary \"quoted\" & blank after";
  Recorded recorded({.verbose = true});
  recorded.console.result(leak);
  recorded.console.raw(leak);
  recorded.console.json({{"a", {leak, {{leak, leak}}}}});
  recorded.console.info("a", leak);
  recorded.console.warn("a", leak);
  recorded.console.debug("a", leak);
  recorded.console.error(Error(code::bug, leak).at(leak).because(leak).advise(leak).state(leak));
  Recorded json({.json = true});
  json.console.error(Error(code::bug, leak).at(leak).because(leak).advise(leak).state(leak));
  for (const std::string& text : {recorded.on_out(), recorded.on_err(), json.on_out()}) {
    CHECK(text.find("c4nary") == std::string::npos);
    CHECK_THAT(text, ContainsSubstring("before *** after"));
  }
}
