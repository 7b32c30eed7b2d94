// What is in a snapshot and what is not, and what reading one costs and leaves behind.
#include "schema/snapshot.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/process.hpp"
#include "postgres/private_cluster.hpp"
#include "postgres/quote.hpp"
#include "revisions/ledger.hpp"
#include "schema/difference.hpp"
#include "support/catch.hpp"
#include "support/client_programs.hpp"
#include "support/database.hpp"
#include "support/schema_dump.hpp"
#include "support/temporary_folder.hpp"

namespace fs = std::filesystem;

namespace {

std::vector<std::string> identities(const schema::Snapshot& snapshot) {
  std::vector<std::string> list;
  for (const schema::Fact& fact : snapshot.facts()) list.push_back(std::string(fact.kind->name) + " " + fact.identity);
  return list;
}

}  // namespace

TEST_CASE("the ledger and what extensions brought are not in a snapshot", "[schema]") {
  if (tests::lacks_superuser()) return;
  const auto connection = tests::connect(tests::fresh_database());
  const std::vector<std::string> nothing = identities(schema::read_snapshot(*connection, "waxwing"));
  CHECK(nothing == std::vector<std::string>{"schema public", "extension plpgsql", "comment schema public"});
  SECTION("in a schema of its own") {
    revisions::Ledger("waxwing").create(*connection);
    CHECK(identities(schema::read_snapshot(*connection, "waxwing")) == nothing);
    CHECK(identities(schema::read_snapshot(*connection, "another")) != nothing);
  }
  SECTION("among the user's tables") {
    revisions::Ledger("public").create(*connection);
    CHECK(identities(schema::read_snapshot(*connection, "public")) == nothing);
    connection->query("CREATE TABLE public.mine (a int)");
    CHECK(schema::read_snapshot(*connection, "public").find("column", "public.mine.a"));
  }
  SECTION("of an extension only itself") {
    connection->query("CREATE EXTENSION hstore");
    CHECK(identities(schema::read_snapshot(*connection, "waxwing")) ==
          std::vector<std::string>{"schema public", "extension hstore", "extension plpgsql", "comment extension hstore",
                                   "comment schema public"});
  }
  SECTION("temporary tables") {
    connection->query("CREATE TEMP TABLE pg_class (a int)");
    CHECK(identities(schema::read_snapshot(*connection, "waxwing")) == nothing);
  }
}

TEST_CASE("a snapshot is one message, and leaves the session as it was", "[schema]") {
  const auto connection = tests::connect(tests::fresh_database());
  connection->query("SET search_path = public; SET quote_all_identifiers = on; CREATE TABLE t (a int)");
  const auto session = [&] {
    return connection
        ->query(
            "SELECT pg_catalog.concat_ws('|', pg_catalog.current_setting('search_path'), "
            "pg_catalog.current_setting('quote_all_identifiers'), pg_catalog.current_setting('jit'))")
        .text(0, 0);
  };
  const std::string before = session();
  const std::size_t trips = connection->round_trips();
  const schema::Snapshot outside = schema::read_snapshot(*connection, "waxwing");
  CHECK(connection->round_trips() - trips == 1);
  CHECK(session() == before);
  CHECK(outside.find("table", "public.t"));

  connection->query("BEGIN; ALTER TABLE t ADD b int");
  const schema::Snapshot inside = schema::read_snapshot(*connection, "waxwing");
  CHECK(session() == before);
  CHECK(inside.find("column", "public.t.b"));
  CHECK(connection->transaction_status() == postgres::TransactionStatus::in_transaction);
  connection->query("ROLLBACK");
  CHECK(schema::compare(outside, schema::read_snapshot(*connection, "waxwing")).empty());
}

TEST_CASE("names that need quotes are told apart", "[schema]") {
  const auto connection = tests::connect(tests::fresh_database());
  connection->query(
      R"(CREATE SCHEMA "a.b"; CREATE TABLE "a.b".c (id int); CREATE SCHEMA a; CREATE TABLE a."b.c" (id int);
    CREATE TABLE a."<script>" ("select" int))");
  const schema::Snapshot snapshot = schema::read_snapshot(*connection, "waxwing");
  CHECK(snapshot.find("column", R"("a.b".c.id)"));
  CHECK(snapshot.find("column", R"(a."b.c".id)"));
  CHECK(snapshot.find("column", R"(a."<script>"."select")"));
}

TEST_CASE("a snapshot is equal to that of the restored dump", "[schema][data]") {
  const fs::path data = fs::path(WAXWING_SOURCE_DIR) / "../shared/data";
  const std::string pg_dump = tests::client_folder() + "/pg_dump";
  if (!fs::exists(data) || !base::file_exists(pg_dump)) {
    WARN("skipped: " << data.string() << " or " << pg_dump << " is not there");
    return;
  }
  if (tests::skips_for_pg_dump()) return;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(data)) {
    const std::string name = entry.path().filename().string();
    if (name == "old.sql" || name == "new.sql" || name == "schema_head.sql" || name == "dream-lms_before.sql")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const auto server = tests::connect(tests::superuser_url());
  for (const char* role : {"anon", "authenticated", "service_role", "supabase_auth_admin", "schemainspect_test_role"})
    server->query(std::string("DO $$ BEGIN CREATE ROLE ") + role +
                  "; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  // All of them take minutes; a slice of them is another one each day.
  const char* wanted = std::getenv("WAXWING_SNAPSHOTS");
  const std::size_t step = wanted && std::string(wanted) == "all" ? 1 : 37;
  const tests::TemporaryFolder folder;
  std::size_t compared = 0;
  for (std::size_t i = static_cast<std::size_t>(time(nullptr) / 86400) % step; i < files.size(); i += step) {
    INFO(files[i].string());
    const postgres::Url original = tests::fresh_database(), restored = tests::fresh_database();
    const auto drop = [&] {
      for (const postgres::Url* url : {&original, &restored}) {
        const auto connection = tests::connect(*url);
        const postgres::Result subscriptions = connection->query(
            "SELECT subname FROM pg_catalog.pg_subscription s JOIN "
            "pg_catalog.pg_database d ON d.oid = subdbid WHERE datname = current_database()");
        for (std::size_t row = 0; row < subscriptions.rows(); ++row) {
          const std::string name = postgres::quote_identifier(subscriptions.text(row, 0));
          connection->query("ALTER SUBSCRIPTION " + name + " DISABLE");
          connection->query("ALTER SUBSCRIPTION " + name + " SET (slot_name = NONE)");
          connection->query("DROP SUBSCRIPTION " + name);
        }
      }
      server->query("DROP DATABASE " + postgres::quote_identifier(original.setting("dbname")));
      server->query("DROP DATABASE " + postgres::quote_identifier(restored.setting("dbname")));
    };
    try {
      tests::psql_file(original, files[i].string());
    } catch (const std::exception& error) {
      WARN("skipped: " << files[i].string() << " does not load: " << error.what());
      drop();
      continue;
    }
    const std::string dump = folder.path() + "/dump.sql";
    const base::ProcessResult dumped = base::run_process({pg_dump, "-f", dump, "-d", original.conninfo()});
    INFO(dumped.err);
    REQUIRE(dumped.status == 0);
    const base::ProcessResult loaded =
        base::run_process({tests::client_folder() + "/psql", "-Xq", "-d", restored.conninfo(), "-f", dump});
    if (loaded.err.find("ERROR") != std::string::npos) {
      WARN("skipped: the dump of " << files[i].string() << " does not load: " << loaded.err);
      drop();
      continue;
    }
    const schema::Difference difference = schema::compare(schema::read_snapshot(*tests::connect(original), "waxwing"),
                                                          schema::read_snapshot(*tests::connect(restored), "waxwing"));
    CHECK(schema::to_json(difference).dump(1) == schema::to_json(schema::Difference()).dump(1));
    drop();
    ++compared;
  }
  CHECK(compared > files.size() / step / 2);
}
