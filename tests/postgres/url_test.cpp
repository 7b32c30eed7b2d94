// Every way to write a connection, and that no password is ever shown.
#include "postgres/url.hpp"

#include <rapidcheck.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/secrets.hpp"
#include "postgres/url_text.hpp"
#include "support/catch.hpp"

using namespace postgres;
using base::Error;

namespace {

/// Without PG* variables, in an empty home, for its lifetime; `set` changes one of them.
class Surroundings {
 public:
  Surroundings() {
    char name[] = "/tmp/waxwing-home-XXXXXX";
    home = mkdtemp(name);
    for (const char* variable : {"PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGSSLMODE",
                                 "PGSSLROOTCERT", "PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR"})
      set(variable, nullptr);
    set("HOME", home.c_str());
  }
  ~Surroundings() {
    for (const auto& [variable, value] : saved_)
      value ? setenv(variable.c_str(), value->c_str(), 1) : unsetenv(variable.c_str());
    std::filesystem::remove_all(home);
  }
  void set(const char* variable, const char* value) {
    const char* old = getenv(variable);
    saved_.insert(saved_.begin(), {variable, old ? std::optional<std::string>(old) : std::nullopt});
    value ? setenv(variable, value, 1) : unsetenv(variable);
  }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(home + "/" + path).parent_path());
    base::write_file(home + "/" + path, text);
  }
  std::string home;

 private:
  std::vector<std::pair<std::string, std::optional<std::string>>> saved_;
};

Error error_of(const std::string& text) {
  try {
    Url::parse(text, "--url");
  } catch (const Error& error) {
    return error;
  }
  return Error(base::code::bug, "accepted");
}

struct Example {
  const char *text, *user, *password, *host, *port, *database;
};

}  // namespace

TEST_CASE("every accepted form gives the same settings", "[postgres]") {
  const Surroundings surroundings;
  const Example examples[] = {
      {"postgres://ann:s3cret@localhost:5433/shop", "ann", "s3cret", "localhost", "5433", "shop"},
      {"postgresql://ann:s3cret@localhost:5433/shop", "ann", "s3cret", "localhost", "5433", "shop"},
      {"postgresql+asyncpg://ann:s3cret@localhost:5433/shop", "ann", "s3cret", "localhost", "5433", "shop"},
      {"postgresql+psycopg2://ann:s3cret@localhost:5433/shop", "ann", "s3cret", "localhost", "5433", "shop"},
      {"postgresql+psycopg://ann:s3cret@localhost:5433/shop", "ann", "s3cret", "localhost", "5433", "shop"},
      {"postgres+pg8000://ann:s3cret@localhost:5433/shop", "ann", "s3cret", "localhost", "5433", "shop"},
      {"POSTGRESQL://ann:s3cret@localhost:5433/shop", "ann", "s3cret", "localhost", "5433", "shop"},
      {"host=localhost port=5433 user=ann password=s3cret dbname=shop", "ann", "s3cret", "localhost", "5433", "shop"},
      {" host = 'localhost' port=5433 user=ann password='s3cret' dbname=shop\n", "ann", "s3cret", "localhost", "5433",
       "shop"},
      {"postgresql:///shop?host=localhost&port=5433&user=ann&password=s3cret", "ann", "s3cret", "localhost", "5433",
       "shop"},
      {"postgresql:///shop?host=/var/run/postgresql&user=ann", "ann", "", "/var/run/postgresql", "5432", "shop"},
      {"postgresql://ann@%2Fvar%2Frun%2Fpostgresql/shop", "ann", "", "/var/run/postgresql", "5432", "shop"},
      {"postgresql://ann@[::1]:5433/shop", "ann", "", "::1", "5433", "shop"},
      {"postgresql://ann:p%40ss%2Fw%25rd@localhost/shop", "ann", "p@ss/w%rd", "localhost", "5432", "shop"},
      {"postgresql://ann:p@ss:w@rd@localhost/shop", "ann", "p@ss:w@rd", "localhost", "5432", "shop"},
      {"postgresql://ann@localhost", "ann", "", "localhost", "5432", "ann"},
      {"postgresql://a%20b@localhost/c%20d", "a b", "", "localhost", "5432", "c d"},
      {"postgresql://ann@127.0.0.1:5433,127.0.0.2:5434/shop", "ann", "", "127.0.0.1,127.0.0.2", "5433,5434", "shop"},
  };
  for (const Example& each : examples) {
    INFO(each.text);
    const Url url = Url::parse(each.text, "--url");
    CHECK(url.user() == each.user);
    CHECK(url.setting("password") == each.password);
    CHECK(url.host() == each.host);
    CHECK(url.port() == each.port);
    CHECK(url.database() == each.database);
    CHECK(url.source() == "--url");
    CHECK(url.is_local());
  }
}

TEST_CASE("options of SQLAlchemy, asyncpg and JDBC are translated or left out", "[postgres]") {
  const Surroundings surroundings;
  const auto sslmode = [](const std::string& query) {
    return Url::parse("postgresql+asyncpg://u@db.example.com/d?" + query, "x").setting("sslmode");
  };
  CHECK(sslmode("ssl=require") == "require");
  CHECK(sslmode("ssl=true") == "require");
  CHECK(sslmode("ssl=verify_full") == "verify-full");
  CHECK(sslmode("ssl=disable") == "disable");
  CHECK(sslmode("ssl=false") == "disable");
  CHECK(sslmode("sslmode=allow&prepared_statement_cache_size=0") == "allow");
  const Url url = Url::parse("postgresql://localhost/d?application_name=a%20b&connect_timeout=7&username=z", "x");
  CHECK(url.setting("application_name") == "a b");
  CHECK(url.setting("connect_timeout") == "7");
  CHECK(url.user() == "z");
}

TEST_CASE("PG* variables fill what the URL leaves open", "[postgres]") {
  Surroundings surroundings;
  surroundings.set("PGHOST", "localhost");
  surroundings.set("PGPORT", "6000");
  surroundings.set("PGUSER", "vera");
  surroundings.set("PGDATABASE", "stock");
  surroundings.set("PGPASSWORD", "pgpassword-canary");
  const Url url = Url::parse("postgresql://", "--url");
  CHECK(url.host() == "localhost");
  CHECK(url.port() == "6000");
  CHECK(url.user() == "vera");
  CHECK(url.database() == "stock");
  CHECK(url.masked() == "postgresql://vera@localhost:6000/stock");
  CHECK(base::redact("is pgpassword-canary") == "is ***");
  CHECK(url.conninfo().find("pgpassword-canary") == std::string::npos);  // libpq reads the variable itself
  CHECK(Url::parse("postgresql://ann@/shop", "x").database() == "shop");
  CHECK(url.password_source() == "PGPASSWORD");
  CHECK(Url::parse("postgresql://ann:url-canary@/shop", "--url").password_source() == "--url");
  surroundings.set("PGPASSWORD", nullptr);
  CHECK(Url::parse("postgresql://ann@/shop", "--url").password_source().empty());
}

TEST_CASE("a service file is read, and a missing service is explained", "[postgres]") {
  Surroundings surroundings;
  surroundings.write("services.conf",
                     "[shop]\nhost=localhost\nport=6001\nuser=sven\ndbname=shop_db\npassword=service-canary-pw\n");
  surroundings.set("PGSERVICEFILE", (surroundings.home + "/services.conf").c_str());
  for (const char* text : {"service=shop", "postgresql://?service=shop"}) {
    INFO(text);
    const Url url = Url::parse(text, "--url");
    CHECK(url.masked() == "postgresql://sven@localhost:6001/shop_db");
    CHECK(url.conninfo() == "service='shop'");
    CHECK(url.password_source() == "the service file");
    CHECK(base::redact("service-canary-pw") == "***");
  }
  const Error unknown = error_of("service=nowhere");
  CHECK(unknown.code() == base::code::bad_url);
  CHECK_THAT(unknown.cause(), ContainsSubstring("nowhere"));
  CHECK_THAT(unknown.advice(), ContainsSubstring("[nowhere]"));
  surroundings.set("PGSERVICEFILE", "/no/such/file");
  CHECK_THAT(error_of("service=shop").cause(), ContainsSubstring("/no/such/file"));
}

TEST_CASE("what is no PostgreSQL URL is refused with the reason and the next step", "[postgres]") {
  const Surroundings surroundings;
  const auto refused = [](const std::string& text, const std::string& cause, const std::string& advice) {
    INFO(text);
    const Error error = error_of(text);
    CHECK(error.code() == base::code::bad_url);
    CHECK_THAT(error.cause(), ContainsSubstring(cause));
    CHECK_THAT(error.advice(), ContainsSubstring(advice));
    CHECK(error.places() == std::vector<std::string>{"--url"});
  };
  refused("driver://user:pass@localhost/dbname", "placeholder", "postgresql://user:password@host:5432/database");
  refused("mysql://u:p@h/d", "MySQL", "PostgreSQL");
  refused("mysql+pymysql://u:p@h/d", "MySQL", "PostgreSQL");
  refused("sqlite:///x.db", "SQLite", "PostgreSQL");
  refused("postgressql://u@h/d", "did you mean \"postgresql\"?", "postgresql://");
  refused("http://u@h/d", "unknown scheme \"http://\"", "postgresql://");
  refused("jdbc:postgresql://h/d", "Java", "jdbc:");
  refused("", "empty", "postgresql://");
  refused("   ", "empty", "postgresql://");
  refused("shop", "neither a URL nor key=value", "dbname=shop");
  refused("postgresql://h/d?sslmod=require", "unknown option \"sslmod\"; did you mean \"sslmode\"?", "libpq");
  refused("postgresql://h/d?schema=x", "unknown option \"schema\"", "search_path in waxwing.lua");
  refused("host=h databse=d", "unknown option \"databse\"", "libpq");
  refused("postgresql://h/d?sslmode", "\"sslmode\" has no value", "sslmode=value");
  refused("postgresql://u:p/ss@h/d", "a \"/\" in it", "%2F");
  refused("postgresql://u:100%sure@h/d", "\"%\" without two hex digits", "%25");
}

TEST_CASE("values that libpq would only refuse later are refused at once", "[postgres]") {
  const Surroundings surroundings;
  CHECK_THAT(error_of("postgresql://h:99999/d").cause(), ContainsSubstring("\"99999\""));
  CHECK_THAT(error_of("postgresql://h:abc/d").cause(), ContainsSubstring("\"abc\""));
  CHECK_THAT(error_of("postgresql://h/d?sslmode=verify-ful").cause(),
             ContainsSubstring("did you mean \"verify-full\"?"));
  CHECK_THAT(error_of("postgresql://h1,h2,h3:1,2:3/d?port=1,2").cause(), ContainsSubstring("port"));
  CHECK_THAT(error_of(std::string("host=h\0dbname=d", 15)).cause(), ContainsSubstring("zero byte"));
}

TEST_CASE("verify-full is asked for where a certificate can be checked", "[postgres]") {
  Surroundings surroundings;
  const auto sslmode = [](const std::string& text) { return Url::parse(text, "x").setting("sslmode"); };
  CHECK(sslmode("postgresql://u@db.example.com/d") == "verify-full");
  CHECK(sslmode("postgresql://u@203.0.113.5/d") == "verify-full");
  CHECK(sslmode("postgresql://u@localhost,db.example.com/d") == "verify-full");
  CHECK_FALSE(Url::parse("postgresql://u@db.example.com/d", "x").setting("sslrootcert").empty());
  for (const char* host : {"localhost", "127.0.0.1", "[::1]", "", "db", "10.1.2.3", "172.16.0.9", "192.168.1.1",
                           "db.internal", "[fd00::1]"}) {
    INFO(host);
    CHECK(sslmode("postgresql://u@" + std::string(host) + "/d") == "prefer");
  }
  CHECK(sslmode("postgresql://u@172.32.0.1/d") == "verify-full");
  // Whoever says something is obeyed.
  CHECK(sslmode("postgresql://u@db.example.com/d?sslmode=prefer") == "prefer");
  CHECK(sslmode("host=db.example.com sslmode=disable") == "disable");
  surroundings.set("PGSSLMODE", "prefer");
  CHECK(sslmode("postgresql://u@db.example.com/d") == "prefer");
  surroundings.set("PGSSLMODE", nullptr);
  // A root certificate of one's own makes private hosts checkable.
  surroundings.write(".postgresql/root.crt", "certificate");
  CHECK(sslmode("postgresql://u@db/d") == "verify-full");
  CHECK(Url::parse("postgresql://u@db/d", "x").setting("sslrootcert").empty());
  CHECK(sslmode("postgresql://u@localhost/d") == "prefer");
}

TEST_CASE("a service file's sslmode is obeyed", "[postgres]") {
  Surroundings surroundings;
  surroundings.write("services.conf", "[remote]\nhost=db.example.com\nsslmode=require\n[plain]\nhost=db.example.com\n");
  surroundings.set("PGSERVICEFILE", (surroundings.home + "/services.conf").c_str());
  CHECK(Url::parse("service=remote", "x").setting("sslmode") == "require");
  CHECK(Url::parse("service=plain", "x").setting("sslmode") == "verify-full");
}

TEST_CASE("a masked URL shows where and who, never the password", "[postgres]") {
  const Surroundings surroundings;
  const auto masked = [](const std::string& text) { return Url::parse(text, "x").masked(); };
  CHECK(masked("postgresql://ann:masked-canary-1@localhost/shop") == "postgresql://ann:***@localhost:5432/shop");
  CHECK(masked("postgresql://ann@localhost/shop") == "postgresql://ann@localhost:5432/shop");
  CHECK(masked("host=localhost user=ann password='masked canary 2' dbname=shop") ==
        "postgresql://ann:***@localhost:5432/shop");
  CHECK(masked("postgresql://localhost/shop?user=ann&password=masked-canary-3") ==
        "postgresql://ann:***@localhost:5432/shop");
  CHECK(masked("postgresql://ann@[::1]:5433/a%20b") == "postgresql://ann@[::1]:5433/a%20b");
  CHECK(masked("host=/tmp user=ann dbname=shop port=6000") == "postgresql://ann@/shop?host=/tmp&port=6000");
  CHECK(masked("postgresql://ann@localhost:1,127.0.0.1:2/shop") == "postgresql://ann@localhost:1,127.0.0.1:2/shop");
  CHECK(masked("postgresql://postgres:postgres@localhost/postgres") ==
        "postgresql://postgres:***@localhost:5432/postgres");
}

TEST_CASE("no form of a password survives in errors or texts", "[postgres]") {
  const Surroundings surroundings;
  const std::string password = "can@ry /%\\'\"& blank";
  const std::string encoded = percent_encoded(password);
  Url::parse("postgresql://ann:" + encoded + "@localhost/shop", "x");
  CHECK(base::redact("[" + password + "] [" + encoded + "]") == "[***] [***]");
  const auto shown = [](const std::string& text) { return base::render(error_of(text)); };
  for (const std::string& text :
       {std::string("postgresql://ann:leak-canary-1@h:abc/d"), std::string("postgresql://ann:leak-canary-1%zz@h/d"),
        std::string("postgresql://h/d?password=leak-canary-1&nonsense=1"),
        std::string("password=leak-canary-1 nonsense=1"), std::string("password='leak-canary-1 host=h"),
        std::string("password=my leak-canary-1 host=h"), std::string("mysql://ann:leak-canary-1@h/d"),
        std::string("driver://ann:leak-canary-1@h/d"), std::string("postgresql://ann:leak-canary-1/x@h/d"),
        std::string("postgresql://ann:leak-canary-1@[::1/d")}) {
    INFO(text);
    CHECK_THAT(shown(text), StartsWith("waxwing: the database URL is not valid"));
    CHECK(shown(text).find("leak-canary-1") == std::string::npos);
  }
}

TEST_CASE("secrets lists the ways a password may appear", "[postgres]") {
  const Surroundings surroundings;
  const auto secrets = Url::parse("postgresql://ann:a%20b%27c@localhost/d", "x").secrets();
  CHECK(secrets == std::vector<std::string>{"a b'c", "a%20b%27c", "a b\\'c"});
  CHECK(Url::parse("postgresql://ann@localhost/d", "x").secrets().empty());
}

TEST_CASE("another database of the same server keeps everything else", "[postgres]") {
  const Surroundings surroundings;
  const Url url = Url::parse("postgresql://ann:s3cret@localhost:5433/shop?application_name=x", "--url");
  const Url other = url.with_database("it's");
  CHECK(other.database() == "it's");
  CHECK(other.port() == "5433");
  CHECK(other.setting("application_name") == "x");
  CHECK(url.database() == "shop");
  CHECK(Url::parse(other.conninfo(), "x").database() == "it's");
}

TEST_CASE("settings can be put together by hand", "[postgres]") {
  const Surroundings surroundings;
  Url url;
  url.set("host", "/tmp");
  url.set("user", "ann");
  url.set("dbname", "shop");
  CHECK(url.conninfo() == "dbname='shop' host='/tmp' user='ann'");
  CHECK(url.is_local());
  CHECK(url.port() == "5432");
}

TEST_CASE("any user, password and name survive being written and read", "[postgres]") {
  const Surroundings surroundings;
  CHECK(rc::check("URI, then key=value", [] {
    const auto any =
        rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::suchThat<char>([](char c) { return c != '\0'; })));
    const std::string user = *any, password = *any, name = *any;
    const Url url = Url::parse("postgresql://" + percent_encoded(user) + ":" + percent_encoded(password) +
                                   "@localhost:5433/" + percent_encoded(name),
                               "x");
    const Url again = Url::parse(url.conninfo(), "x");
    for (const Url& each : {url, again}) {
      RC_ASSERT(each.user() == user);
      RC_ASSERT(each.setting("password") == password);
      RC_ASSERT(each.database() == name);
      RC_ASSERT(each.port() == "5433");
    }
  }));
  CHECK(rc::check("percent_decoded(percent_encoded(text)) == text",
                  [](const std::string& text) { RC_ASSERT(percent_decoded(percent_encoded(text)) == text); }));
}

TEST_CASE("no text ends the program", "[postgres]") {
  const Surroundings surroundings;
  CHECK(rc::check("accepted, or bad_url", [] {
    const auto character =
        rc::gen::element('a', ':', '/', '@', '?', '=', '&', '%', '[', ']', ',', '\'', '\\', ' ', '1', '+');
    const std::string prefix =
        *rc::gen::element<std::string>("", "postgresql://", "host=", "postgresql+x://u:", "password=");
    const std::string text = prefix + *rc::gen::container<std::string>(character);
    try {
      Url::parse(text, "x");
    } catch (const Error& error) {
      RC_ASSERT(error.code() == base::code::bad_url);
    }
  }));
}
