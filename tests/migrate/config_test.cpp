// Settings: what wins over what, and how mistakes are named.
#include "migrate/config.hpp"

#include <cstdlib>

#include "base/error.hpp"
#include "support/catch.hpp"

using base::Map;
using base::Value;
using migrate::Config;

namespace {

std::string message_of(const Value& table, const std::string& environment = "") {
  try {
    const Config config(table, "waxwing.lua", environment, {});
  } catch (const base::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a setting tells where it comes from", "[migrate][config]") {
  const Value table = Map{{"lock_timeout_ms", 250}, {"environments", Map{{"live", Map{{"lock_timeout_ms", 50}}}}}};
  const Config plain(table, "waxwing.lua", "", {});
  CHECK(plain.integer("lock_timeout_ms") == 250);
  CHECK(plain["lock_timeout_ms"].source == "waxwing.lua");
  CHECK(plain.text("migrations") == "migrations");
  CHECK(plain["migrations"].source == "default");
  const Config live(table, "waxwing.lua", "live", {});
  CHECK(live.integer("lock_timeout_ms") == 50);
  CHECK(live["lock_timeout_ms"].source == "waxwing.lua, environment live");
  setenv("WAXWING_LOCK_TIMEOUT_MS", "70", 1);
  const Config variable(table, "waxwing.lua", "live", {});
  unsetenv("WAXWING_LOCK_TIMEOUT_MS");
  CHECK(variable.integer("lock_timeout_ms") == 70);
  CHECK(variable["lock_timeout_ms"].source == "WAXWING_LOCK_TIMEOUT_MS");
  const Config flag(table, "waxwing.lua", "live", {{"lock_timeout_ms", "10"}});
  CHECK(flag.integer("lock_timeout_ms") == 10);
  CHECK(flag["lock_timeout_ms"].source == "--lock-timeout-ms");
}

TEST_CASE("mistakes in waxwing.lua are named", "[migrate][config]") {
  CHECK(message_of(Map{{"migrtions", "x"}}) == "unknown setting \"migrtions\"; did you mean \"migrations\"?");
  CHECK(message_of(Map{{"lock_timeout_ms", "soon"}}) == "lock_timeout_ms must be integer, got string");
  CHECK(message_of(Map{{"environments", Map{{"production", Map{}}}}}, "producton") ==
        "there is no environment \"producton\"; did you mean \"production\"?");
  CHECK(message_of(Map{{"environments", Map{{"live", Map{{"migrations", "x"}}}}}}, "live") ==
        "\"migrations\" cannot be set for one environment");
}

TEST_CASE("a variable that is not set matters only when the setting is used", "[migrate][config]") {
  const Config config(Map{{"url", Map{{"env", "DATABASE_URL"}}}}, "waxwing.lua", "", {});
  CHECK_THROWS_WITH(config.text("url"), "DATABASE_URL is not set");
}
