// Canaries: secrets in every place where people keep them, and a search for them in everything that was written.
#include "base/secrets.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"
#include "support/temporary_folder.hpp"
#include "support/waxwing_program.hpp"

namespace {

using Words = std::vector<std::string>;

/// By the place where each is kept.
const std::map<std::string, std::string> canaries = {
    {"password of a URL", "canary-01-Lirumlarum"},
    {"password of a URL with blanks and signs", "canary 02/it's @ \"100%\" \\ Löffel #?&="},
    {"password of key=value", "canary 03 it's \\quoted\\"},
    {"PGPASSWORD", "canary-04-Stiel"},
    {"sslpassword of a URL", "canary-05-sslkey"},
    {"service file", "canary-06-service"},
    {".env", "canary-07-dotenv"},
    {".env, quoted", "canary 08 \"in\" quotes; -- and more"},
    {".env, not in it but a part of the URL", "canary-09-expanded"},
    {"environment", "canary-10-environment"},
    {"URL in a variable with any name", "canary-11-webhook"},
    {"key of several lines",
     "-----BEGIN canary-12-----\ncanary-12-line-one-AAAA\ncanary-12-line-two-BBBB\n-----END-----"},
    {"-x", "canary-13-argument"},
    {"another environment of waxwing.lua", "canary-14-production"},
    {"error of a script", "canary-15-error"},
    {"literal of a statement", "canary-16-it's a literal"},
    {"parameter of a statement", "canary-17-parameter"},
    {"document that is cut in the message",
     "canary-18-abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"notice of the server", "canary-19-notice"},
    {"journal", "canary-20-journal"},
    {"journaled parameter", "canary-21-journal"},
    {"typing error on the command line", "canary-22-typo"},
    {"password in plain SQL", "canary-23-plain-sql"},
    {"table name", "canary-24-table"},
};

const std::string& canary(const std::string& place) { return canaries.at(place); }

constexpr const char* migration_text = R"lua(
local m = migration { revision = "a", transaction = env.x.transaction }
local what = env.x.what or "nothing"
local secret = env(env.x.variable or "API_TOKEN")
function m.upgrade()
  db.execute("create table if not exists t (n int, doc text)")
  log.info("the secret is " .. secret)
  log.info(json.encode { secret = secret, [secret] = 1 })
  print(secret, string.format("%q", secret))
  if what == "error" then error("cannot use " .. secret) end
  if what == "table" then error { message = "cannot use " .. secret } end
  if what == "literal" then db.execute(db.format("insert into nowhere values (%L)", secret)) end
  if what == "long" then db.execute(db.format("select %L || " .. string.rep("'x' || ", 20) .. " nothing", secret)) end
  if what == "parameter" then db.execute("insert into t values ($1)", secret) end
  if what == "document" then db.execute("select $1::json", '{"a": "' .. string.rep("x", 30) .. secret .. '", oops') end
  if what == "notice" then db.execute(db.format("do %L", "begin raise warning '" .. secret .. "'; end")) end
  if what == "name" then op.drop_table { name = secret } end
  if what == "journal" then
    db.execute("insert into t (doc) values ($1)", secret)
    db.execute(db.format("insert into t (doc) values (%L)", secret))
    pcall(db.execute, db.format("insert into t (n) values (%L)", secret))
    db.execute("insert into t (n) values (1)")
    db.execute("select nothing")
  end
  if what == "done" then db.execute(db.format("insert into t (doc) values (%L)", secret)) end
end
return m
)lua";

/// Everything that was written, with where.
class Written {
 public:
  void add(std::string where, std::string text) { texts_.emplace_back(std::move(where), std::move(text)); }
  std::size_t count(std::string_view word) const {
    std::size_t found = 0;
    for (const auto& [where, text] : texts_)
      for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
  }
  std::string hits() const {
    std::string found;
    for (const auto& [place, secret] : canaries)
      for (const std::string& form : base::written_forms(secret))
        for (const auto& [where, text] : texts_)
          if (const std::size_t at = text.find(form); at != std::string::npos)
            found += fmt::format("{}: in {}: ...{}...\n", place, where,
                                 text.substr(at < 60 ? 0 : at - 60, form.size() + 120));
    // A piece of any of them: they have this word in common.
    for (const auto& [where, text] : texts_)
      if (const std::size_t at = text.find("canary"); at != std::string::npos && found.empty())
        found += fmt::format("a piece: in {}: ...{}...\n", where, text.substr(at < 60 ? 0 : at - 60, 120));
    return found;
  }

 private:
  std::vector<std::pair<std::string, std::string>> texts_;
};

struct Project : tests::TemporaryFolder {
  Written written;

  Project() {
    std::filesystem::create_directories(path() + "/migrations");
    base::write_file(path() + "/migrations/a.lua", migration_text);
    base::write_file(path() + "/waxwing.lua",
                     "return { log_file = 'log', environments = { production = { url = 'postgresql://app:" +
                         canary("another environment of waxwing.lua") + "@db.example.com/app' } } }");
  }

  base::ProcessResult run(const Words& words, const base::ProcessOptions& options = {}) {
    Words all = words;
    all.insert(all.end(), {"-C", path(), "-v"});
    const base::ProcessResult result = tests::waxwing(all, options);
    const std::string shown = words.front() + (words.size() > 1 ? " " + words[1] : "");
    written.add("stdout of " + shown, result.out);
    written.add("stderr of " + shown, result.err);
    return result;
  }
  void add_log() { written.add("the log", base::read_file(path() + "/log")); }
  void add_ledger(const postgres::Url& url) {
    const auto connection = tests::connect(url);
    for (const char* table : {"revision", "run", "event", "journal"}) {
      const postgres::Result rows = connection->query(fmt::format("SELECT x::text FROM waxwing.{} x", table));
      for (std::size_t i = 0; i < rows.rows(); ++i) written.add(fmt::format("table {}", table), rows.text(i, 0));
    }
  }
};

std::string url_with_password(const postgres::Url& url, const std::string& password, const std::string& more = "") {
  return fmt::format("postgresql://postgres:{}@/{}?host={}&port={}{}", base::percent_encoded(password), url.database(),
                     base::percent_encoded(url.host()), url.port(), more);
}

/// The commands that say something about a database.
const std::vector<Words> all_commands = {{"ping"},
                                         {"config"},
                                         {"config", "--json"},
                                         {"current", "--json"},
                                         {"history"},
                                         {"status"},
                                         {"plan", "head"},
                                         {"show", "head"},
                                         {"ensure_version"},
                                         {"upgrade", "head", "--sql"},
                                         {"upgrade", "head", "--json"},
                                         {"current"},
                                         {"status", "--json"},
                                         {"downgrade", "base"},
                                         {"stamp", "head"},
                                         {"verify"}};

}  // namespace

TEST_CASE("passwords of the database are in nothing that is written", "[cli][secrets]") {
  Project project;
  const postgres::Url url = tests::fresh_database();
  const std::string dead = "@127.0.0.1:1/nowhere";
  const auto everything = [&](const std::string& text, const base::ProcessOptions& options = {}) {
    for (Words words : all_commands) {
      if (!text.empty()) words.insert(words.end(), {"--url", text});
      project.run(words, options);
    }
  };
  const std::string& plain = canary("password of a URL");
  const std::string& special = canary("password of a URL with blanks and signs");
  const std::string pairs =
      "password='" + base::replace_all(base::replace_all(canary("password of key=value"), "\\", "\\\\"), "'", "\\'") +
      "'";
  const base::ProcessOptions dotenv;
  base::write_file(project.path() + "/.env", "API_TOKEN=unused-but-needed\n");
  everything(url_with_password(url, plain));
  everything(url_with_password(url, special));
  everything(url.conninfo() + " " + pairs);
  base::ProcessOptions options;
  options.environment["PGPASSWORD"] = canary("PGPASSWORD");
  everything(url.conninfo(), options);
  // What cannot be reached, read or understood.
  project.run({"ping", "--url", "postgresql://postgres:" + plain + dead});
  project.run({"ping", "--url", "postgresql://postgres:" + base::percent_encoded(special) + dead});
  project.run({"ping", "--url", "postgresql://postgres:" + special + dead});
  project.run({"ping", "--url", "host=127.0.0.1 port=1 " + pairs});
  project.run({"ping", "--url", "host=127.0.0.1 port=1 nonsense " + pairs + " more='"});
  project.run({"ping", "--url", "postgresql://postgres:" + plain + dead + "?sslmode=maybe"});
  project.run(
      {"ping", "--url", "postgresql://postgres:" + plain + dead + "?sslpassword=" + canary("sslpassword of a URL")});
  project.run({"config", "--url", "postgresql://postgres" + dead + "?sslpassword=" + canary("sslpassword of a URL")});
  project.run({"ping", "--url", "mysql://root:" + plain + "@db/app"});
  const std::string& typo = canary("typing error on the command line");
  for (const Words& words : std::vector<Words>{{"postgresql://app:" + typo + "@db/app"},
                                               {"upgrade", "postgresql://app:" + typo + "@db/app"},
                                               {"upgrade", "head", "postgresql://app:" + typo + "@db/app"},
                                               {"ping", "--ulr=postgresql://app:" + typo + "@db/app"},
                                               {"ping", "--wait", "password=" + typo},
                                               {"history", "-x", "password " + typo, "--url", "password=" + typo}})
    CHECK(project.run(words).status == 2);
  // A service file, and a variable that the URL in .env is made of.
  base::write_file(project.path() + "/services", "[shop]\nhost=" + url.host() + "\nuser=postgres\ndbname=" +
                                                     url.database() + "\npassword=" + canary("service file") + "\n");
  options.environment = {{"PGSERVICEFILE", project.path() + "/services"}};
  CHECK(project.run({"ping", "--url", "service=shop"}, options).status == 0);
  base::write_file(project.path() + "/.env",
                   "DATABASE_URL=postgresql://app:${HALF}x@127.0.0.1:1/app\nAPI_TOKEN=unused-but-needed\n");
  options.environment = {{"HALF", canary(".env, not in it but a part of the URL")}};
  CHECK(project.run({"ping"}, options).status == 10);
  project.add_log();
  project.add_ledger(url);
  CHECK(project.written.hits() == "");
  CHECK(project.written.count("***") > 60);
}

TEST_CASE("secrets that a script reads are in nothing that is written", "[cli][secrets]") {
  Project project;
  const std::string url = tests::fresh_database().conninfo();
  base::write_file(project.path() + "/.env", "API_TOKEN=" + canary(".env") + "\nQUOTED_SECRET=\"" +
                                                 base::replace_all(canary(".env, quoted"), "\"", "\\\"") + "\"\n");
  const auto upgrade = [&](const std::string& what, const std::string& variable, const std::string& value,
                           const Words& more = {}) {
    base::ProcessOptions options;
    if (!value.empty()) options.environment[variable] = value;
    Words words = {"upgrade", "head", "--url", url, "-x", "what=" + what, "-x", "variable=" + variable};
    words.insert(words.end(), more.begin(), more.end());
    const base::ProcessResult result = project.run(words, options);
    words.push_back("--json");
    project.run(words, options);
    words.push_back("--sql");
    project.run(words, options);
    return result.status;
  };
  for (const char* what : {"error", "table", "literal", "long", "parameter", "document", "name"}) {
    CHECK(upgrade(what, "API_TOKEN", "") == 1);
    CHECK(upgrade(what, "QUOTED_SECRET", "") == 1);
    CHECK(upgrade(what, "APP_SECRET", canary("environment")) == 1);
    CHECK(upgrade(what, "SIGNING_KEY", canary("key of several lines")) == 1);
  }
  CHECK(upgrade("error", "DB_PASS", canary("error of a script")) == 1);
  CHECK(upgrade("literal", "MYSQL_PWD", canary("literal of a statement")) == 1);
  CHECK(upgrade("parameter", "SERVICE-PASSPHRASE", canary("parameter of a statement")) == 1);
  CHECK(upgrade("document", "CLIENT_CREDENTIALS", canary("document that is cut in the message")) == 1);
  CHECK(upgrade("name", "TABLE_TOKEN", canary("table name")) == 1);
  CHECK(upgrade("error", "HOOK", "https://bot:" + canary("URL in a variable with any name") + "@example.com/x") == 1);
  CHECK(upgrade("error", "API_TOKEN", "", {"-x", "db_password=" + canary("-x")}) == 1);
  CHECK(upgrade("notice", "RAISED_TOKEN", canary("notice of the server")) == 0);
  project.add_log();
  project.add_ledger(postgres::Url::parse(url, "test"));
  CHECK(project.written.hits() == "");
  CHECK(project.written.count("***") > 100);
}

TEST_CASE("the journal of a half-done migration holds no secret", "[cli][secrets]") {
  Project project;
  const postgres::Url url = tests::fresh_database();
  base::ProcessOptions options;
  options.environment["JOURNAL_TOKEN"] = canary("journal");
  const Words words = {"upgrade",          "head", "--url",       url.conninfo(), "-x", "variable=JOURNAL_TOKEN", "-x",
                       "transaction=none", "-x",   "what=journal"};
  CHECK(project.run(words, options).status == 1);
  // A process that does not know the secret shows what is in the journal.
  base::write_file(project.path() + "/.env", "API_TOKEN=another\n");
  const base::ProcessResult status = project.run({"status", "--url", url.conninfo()});
  CHECK_THAT(status.out + status.err, ContainsSubstring("***"));
  project.run({"status", "--json", "--url", url.conninfo()});
  // What is done is known again by its hash, and another secret is another statement.
  CHECK(project.run(words, options).status == 1);
  options.environment["JOURNAL_TOKEN"] = canary("journaled parameter");
  const base::ProcessResult edited = project.run(words, options);
  CHECK_THAT(edited.err, ContainsSubstring("WAX-4019"));
  project.add_ledger(url);
  project.add_log();
  CHECK(tests::connect(url)->query("SELECT count(*) FROM t").integer(0, 0) == 3);
  CHECK(tests::connect(url)->query("SELECT count(*) FROM waxwing.journal").integer(0, 0) == 5);
  CHECK(project.written.hits() == "");
}

TEST_CASE("errors in the files that hold secrets show none", "[cli][secrets]") {
  Project project;
  const std::string url = "postgresql://app:" + canary("another environment of waxwing.lua") + "@db/app";
  for (const std::string& text :
       {"return { url = '" + url, "return { url = \"" + url + "\" + }", "return { urll = '" + url + "' }",
        "return { url = { '" + url + "' } }", "error('" + url + "')", "return '" + url + "'",
        "return { url = '" + url + "' .. nil }",
        "return { environments = { a = { password = '" + canary("-x") + "' } } }"}) {
    base::write_file(project.path() + "/waxwing.lua", text);
    CHECK(project.run({"config"}).status != 70);
    CHECK(project.run({"ping", "--env", "a"}).status != 0);
  }
  base::write_file(project.path() + "/waxwing.lua", "return {}");
  for (const std::string& text :
       {"PASSWORD=\"" + canary(".env"), "API_TOKEN='" + canary(".env") + "' x", "API_TOKEN " + canary(".env")}) {
    base::write_file(project.path() + "/.env", text);
    CHECK(project.run({"config"}).status == 2);
  }
  base::write_file(project.path() + "/.env", "");
  std::filesystem::remove(project.path() + "/migrations/a.lua");
  const postgres::Url database = tests::fresh_database();
  base::write_file(project.path() + "/migrations/b.sql", "-- revision: b\n-- waxwing: up\ncreate role r password '" +
                                                             canary("password in plain SQL") + "' nonsense;\n");
  CHECK(project.run({"upgrade", "head", "--url", database.conninfo()}).status != 0);
  CHECK(project.written.hits() == "");
}

TEST_CASE("a script whose secrets are taken out refuses to run", "[cli][secrets]") {
  Project project;
  const postgres::Url url = tests::fresh_database();
  base::write_file(project.path() + "/.env", "API_TOKEN=" + canary(".env") + "\n");
  base::ProcessResult script = project.run({"upgrade", "head", "--sql", "-x", "what=done", "--url", url.conninfo()});
  CHECK_THAT(script.out, ContainsSubstring("'***'"));
  CHECK_THAT(script.err, ContainsSubstring("uses secrets"));
  const std::size_t guard = script.out.find("DO $$");
  REQUIRE(guard != std::string::npos);
  const auto connection = tests::connect(url);
  try {
    connection->query(script.out.substr(guard, script.out.find('\n', guard) - guard));
    FAIL("the guard let the script pass");
  } catch (const base::Error& error) {
    CHECK_THAT(error.what(), ContainsSubstring("needs secrets"));
  }
}

TEST_CASE("a private server is told nothing of our environment", "[cli][secrets]") {
  Project project;
  base::ProcessOptions options;
  options.environment = {{"PGPASSWORD", canary("PGPASSWORD")},
                         {"APP_SECRET", canary("environment")},
                         {"DATABASE_URL", "postgresql://app:" + canary("password of a URL") + "@db/app"}};
  REQUIRE(project.run({"private", "start", "--json"}, options).status == 0);
  const auto status = nlohmann::json::parse(project.run({"private", "status", "--json"}).out);
  const std::string pid = std::to_string(status.at("pid").get<int>());
  for (const char* file : {"environ", "cmdline"}) {
    const std::string text = base::read_file("/proc/" + pid + "/" + file);
    CHECK_FALSE(text.empty());
    project.written.add(file, text);
  }
  CHECK(base::read_file("/proc/" + pid + "/environ").find("PATH=") != std::string::npos);
  const std::string name = std::filesystem::path(project.path()).filename().string();
  CHECK(project.run({"private", "destroy", "--yes=" + name}).status == 0);
  CHECK(project.written.hits() == "");
}
