// Restores of everything and of some tables: exactly the backup's state, or nothing at all.
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "migrate/manifest.hpp"
#include "postgres/migrator_lock.hpp"
#include "schema/objects.hpp"
#include "schema/table_sums.hpp"
#include "support/backup_site.hpp"
#include "support/catch.hpp"
#include "support/client_programs.hpp"

using tests::BackupSite;

namespace {

/// Rows, objects and definitions of a database as one text, without the ledger's record of runs: a restore adds its
/// own.
std::string state_of(const postgres::Url& url) {
  const auto connection = tests::connect(url);
  std::string text;
  for (const std::string& object : schema::read_objects(*connection)) text += object + "\n";
  connection->query("BEGIN; " + schema::sum_settings_sql());
  std::vector<schema::TableSum> tables = schema::read_tables(*connection);
  schema::compute_sums({connection.get()}, tables);
  for (const schema::TableSum& table : tables)
    if (table.quoted() != "\"waxwing\".\"run\"" && table.quoted() != "\"waxwing\".\"event\"")
      text += table.quoted() + " " + std::to_string(table.rows) + " " + table.sum + "\n";
  const std::string definitions =
      base::run_process({tests::client_folder() + "/pg_dump", "--schema-only", url.conninfo()}).out;
  // A random key stands in lines of their own.
  for (const std::string& line : base::split(definitions, '\n'))
    if (line.find("restrict ") == std::string::npos) text += line + "\n";
  return text;
}

std::string plain_dump(const BackupSite& site, const std::string& more = "") {
  const base::ProcessResult dump = base::run_process({tests::client_folder() + "/pg_dump", site.url().conninfo()});
  REQUIRE(dump.status == 0);
  site.write("plain.sql", dump.out + more);
  return site.path("plain.sql");
}

}  // namespace

TEST_CASE("a restore brings back data, schema and revision, and nothing else", "[cli][restore]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const auto connection = tests::connect(site.url());
  connection->query(
      "CREATE SCHEMA side; CREATE SEQUENCE side.s START 7; CREATE DOMAIN side.pos AS int CHECK (VALUE > 0); CREATE "
      "FUNCTION side.f(n int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE MATERIALIZED VIEW side.mv AS SELECT 1 AS "
      "one; CREATE EXTENSION hstore; SELECT lo_from_bytea(0, 'large'); CREATE TABLE part (n int) PARTITION BY RANGE "
      "(n); CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10); INSERT INTO part SELECT 3; CREATE TABLE "
      "\"Odd \"\"name\"\"\" (\"a b\" money, \"c'd\" timestamptz, e float4); INSERT INTO \"Odd \"\"name\"\"\" VALUES "
      "(1.5, now(), 1.1), (NULL, 'infinity', 'NaN')");
  const std::string before = state_of(site.url());
  REQUIRE(site.run({"backup"}).status == 0);
  const std::string file = site.path(site.backup());

  REQUIRE(site.run({"upgrade", "head"}).status == 0);
  connection->query(
      "DROP MATERIALIZED VIEW side.mv; DROP TABLE \"Odd \"\"name\"\"\"; DELETE FROM part; CREATE TABLE later (id int "
      "PRIMARY KEY); CREATE TABLE later_child (id int REFERENCES later, user_id bigint REFERENCES users); CREATE VIEW "
      "later_view AS SELECT email FROM users; CREATE TYPE later_type AS (a int); CREATE FUNCTION later_f() RETURNS "
      "later LANGUAGE sql AS 'SELECT 1'; CREATE SCHEMA later_schema CREATE TABLE t (n int); DELETE FROM journals; "
      "CREATE EXTENSION pg_trgm; SELECT lo_from_bytea(0, 'later'); CREATE TYPE later_enum AS ENUM ('x'); CREATE "
      "AGGREGATE later_sum(int) (sfunc = int4pl, stype = int); CREATE PUBLICATION later_publication");
  const std::string changed = state_of(site.url());

  SECTION("not without the typed name") {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"restore", file}, {"restore", file, "--yes", "other"}}) {
      const base::ProcessResult refused = site.run(words);
      CHECK(refused.status == 9);
      CHECK_THAT(refused.err, ContainsSubstring("WAX-1009") && ContainsSubstring("object"));
    }
    CHECK(state_of(site.url()) == changed);
  }
  SECTION("with it, exactly") {
    const base::ProcessResult restored = site.run({"restore", file, "--yes", site.url().database()});
    INFO(restored.out << restored.err);
    REQUIRE(restored.status == 0);
    CHECK_THAT(restored.out, ContainsSubstring("removes table public.later (created since the backup)\n") &&
                                 ContainsSubstring("removes extension pg_trgm") &&
                                 ContainsSubstring("database is at a\n"));
    CHECK(state_of(site.url()) == before);
    CHECK(site.value("SELECT count(*) FROM pg_largeobject_metadata") == "1");
    // It is the last run, after those that the backup knew.
    const nlohmann::json report = nlohmann::json::parse(site.run({"report", "--json"}).out);
    CHECK(report["command"] == "restore");
    CHECK(report["status"] == "done");
    CHECK(report["from"] == "b");
    CHECK(report["to"] == "a");
    CHECK(report["verdict"]["ready"] == true);
    CHECK(report["evidence"].size() == report["verdict"]["checks"]);
    CHECK(report["backup"]["proof"]["passed"] == true);
    bool has_later = false;
    for (const auto& table : report["tables"])
      if (table["table"] == "public.later") has_later = table["state"] == "dropped";
    CHECK(has_later);
    CHECK_THAT(site.run({"report"}).out, StartsWith("# Restore Report: ") &&
                                             ContainsSubstring("### ✅ Rows as Backed Up") &&
                                             ContainsSubstring("✅ **SUCCESS** - b → a"));
    CHECK(site.value("SELECT string_agg(command || ' ' || outcome, ', ' ORDER BY started_at) FROM waxwing.run") ==
          "upgrade done, restore done");
    // The revision can be applied again.
    CHECK(site.run({"upgrade", "head"}).status == 0);
  }
  SECTION("into another database, in JSON") {
    const BackupSite other;
    const base::ProcessResult restored = site.run({"restore", file, "--into", other.url().conninfo(), "--json"});
    INFO(restored.out << restored.err);
    REQUIRE(restored.status == 0);
    CHECK(nlohmann::json::parse(restored.out)["compared"] == true);
    CHECK(state_of(other.url()) == before);
    CHECK(state_of(site.url()) == changed);
  }
  SECTION("not while another migrator is at work") {
    const auto holder = tests::connect(site.url());
    const auto lock = postgres::MigratorLock::take(*holder, "waxwing", std::chrono::milliseconds(0));
    CHECK(site.run({"restore", file, "--yes", site.url().database(), "--lock-wait", "0"}).status == 8);
    CHECK(state_of(site.url()) == changed);
  }
}

TEST_CASE("objects created since can be kept", "[cli][restore]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  REQUIRE(site.run({"backup"}).status == 0);
  const auto connection = tests::connect(site.url());
  connection->query("CREATE TABLE later (n int); INSERT INTO later VALUES (1); DELETE FROM journals");
  const std::vector<std::string> words = {"restore", site.path(site.backup()), "--keep-new", "--yes",
                                          site.url().database()};
  const base::ProcessResult restored = site.run(words);
  INFO(restored.out << restored.err);
  CHECK(restored.status == 0);
  CHECK_THAT(restored.out, ContainsSubstring("keeps table public.later"));
  CHECK(site.value("SELECT count(*) FROM later") == "1");
  CHECK(site.value("SELECT count(*) FROM journals") == "500");
  // What stands on something of the backup's cannot be kept: nothing changes then.
  connection->query("CREATE VIEW standing AS SELECT email FROM users; DELETE FROM journals");
  const base::ProcessResult refused = site.run(words);
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, ContainsSubstring("WAX-8005") && ContainsSubstring("rolled back"));
  CHECK(site.value("SELECT count(*) FROM journals") == "0");
}

TEST_CASE("a restore that fails or differs changes nothing", "[cli][restore]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  REQUIRE(site.run({"backup"}).status == 0);
  const std::string file = site.path(site.backup()), name = site.url().database();
  const std::string before = state_of(site.url());

  SECTION("a dump that is cut short, without its manifest") {
    std::filesystem::remove(file + ".json");
    const std::string whole = base::read_file(file);
    for (const std::size_t cut : {whole.size() - 5, whole.size() * 3 / 4, whole.size() / 2}) {
      base::write_file(file, whole.substr(0, cut));
      const base::ProcessResult result = site.run({"restore", file, "--yes", name});
      INFO(cut << " of " << whole.size() << result.out << result.err);
      // The last bytes of an archive may say nothing.
      if (result.status != 0) CHECK_THAT(result.err, ContainsSubstring("WAX-8005"));
      CHECK(state_of(site.url()) == before);
    }
  }
  SECTION("a dump that has been changed") {
    std::string text = base::read_file(file);
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
    base::write_file(file, text);
    const base::ProcessResult result = site.run({"restore", file, "--yes", name});
    CHECK(result.status == 9);
    CHECK_THAT(result.err, ContainsSubstring("its content was changed"));
  }
  SECTION("rows that are not those of the manifest") {
    // Another dump of the same database under the old manifest's counts.
    tests::connect(site.url())->query("UPDATE users SET email = 'changed' WHERE id = 1");
    const std::string later = state_of(site.url());
    std::filesystem::rename(site.path("backups"), site.path("first"));
    REQUIRE(site.run({"backup"}).status == 0);
    auto first = *migrate::read_manifest(site.path("first/") + std::filesystem::path(file).filename().string());
    auto second = *migrate::read_manifest(site.path(site.backup()));
    second.tables = first.tables;
    migrate::write_manifest(second);
    const base::ProcessResult result = site.run({"restore", second.path, "--yes", name});
    CHECK(result.status == 1);
    CHECK_THAT(result.err, ContainsSubstring("WAX-8006") && ContainsSubstring("users has 50 rows or other values"));
    const nlohmann::json report = nlohmann::json::parse(site.run({"report", "--json"}).out);
    CHECK(report["command"] == "restore");
    CHECK(report["status"] == "failed");
    CHECK(report["error"]["code"] == "WAX-8006");
    CHECK(state_of(site.url()) == later);
  }
  SECTION("a table that somebody holds") {
    const auto holder = tests::connect(site.url());
    holder->query("BEGIN; SELECT count(*) FROM journals");
    const base::ProcessResult result = site.run({"restore", file, "--yes", name});
    CHECK(result.status == 1);
    CHECK_THAT(result.err, ContainsSubstring("lock timeout") && ContainsSubstring("stop the services"));
    holder->query("ROLLBACK");
    CHECK(state_of(site.url()) == before);
  }
  SECTION("something that is no dump") {
    site.write("note.txt", "hello");
    CHECK(site.run({"restore", site.path("note.txt"), "--yes", name}).status == 9);
    site.write("empty", "");
    CHECK_THAT(site.run({"restore", site.path("empty"), "--yes", name}).err, ContainsSubstring("it is empty"));
    CHECK(site.run({"restore", "nowhere.dump"}).status == 2);
  }
}

TEST_CASE("a plain dump is known by its content and runs in one transaction", "[cli][restore]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site, other;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  SECTION("into an empty database") {
    const base::ProcessResult restored = other.run({"restore", plain_dump(site)});
    INFO(restored.out << restored.err);
    CHECK(restored.status == 0);
    CHECK(state_of(other.url()) == state_of(site.url()));
    CHECK_THAT(restored.out, ContainsSubstring("not compared"));
  }
  SECTION("over what is there") {
    const std::string file = plain_dump(site), before = state_of(site.url());
    tests::connect(site.url())->query("DELETE FROM journals; CREATE TABLE later (n int)");
    CHECK(site.run({"restore", file}).status == 9);
    CHECK(site.run({"restore", file, "--yes", site.url().database()}).status == 0);
    CHECK(state_of(site.url()) == before);
  }
  SECTION("an error at its end leaves nothing") {
    const std::string empty = state_of(other.url());
    const base::ProcessResult result = other.run({"restore", plain_dump(site, "SELECT 1/0;\n")});
    CHECK(result.status == 1);
    CHECK_THAT(result.err, ContainsSubstring("division by zero"));
    CHECK(state_of(other.url()) == empty);
  }
  SECTION("it may not go elsewhere or commit by itself") {
    CHECK_THAT(other.run({"restore", plain_dump(site, "\\connect postgres\n")}).err, ContainsSubstring("\\connect"));
    CHECK(schema::read_objects(*tests::connect(other.url())).empty());
    CHECK_THAT(other.run({"restore", plain_dump(site, "COMMIT;\n")}).err, ContainsSubstring("ended the transaction"));
  }
}

TEST_CASE("the rows of some tables come back alone", "[cli][restore]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const auto connection = tests::connect(site.url());
  connection->query(
      "CREATE TABLE notes (id int, user_id bigint REFERENCES users DEFERRABLE); INSERT INTO notes VALUES (1, 50); "
      "CREATE TABLE log (what text); CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log "
      "VALUES (TG_OP); RETURN NEW; END'; CREATE TRIGGER tell AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION "
      "tell(); ALTER TABLE users ENABLE ALWAYS TRIGGER tell; COMMENT ON CONSTRAINT notes_user_id_fkey ON notes IS "
      "'whose'");
  const std::string before = state_of(site.url());
  REQUIRE(site.run({"backup"}).status == 0);
  const std::string file = site.path(site.backup()), name = site.url().database();

  SECTION("with everything around them as it was") {
    connection->query("UPDATE users SET email = 'x' || id; DELETE FROM journals; CREATE TABLE later (n int)");
    const base::ProcessResult restored =
        site.run({"restore", file, "--table", "users", "--table", "journals", "--yes", name});
    INFO(restored.out << restored.err);
    CHECK(restored.status == 0);
    CHECK_THAT(restored.out, ContainsSubstring("550 rows in 2 tables"));
    connection->query("DROP TABLE later");
    CHECK(state_of(site.url()) == before);
  }
  SECTION("not when rows elsewhere would refer to nothing") {
    connection->query("INSERT INTO users (email) VALUES ('new'); INSERT INTO notes SELECT 2, max(id) FROM users");
    const std::string now = state_of(site.url());
    const base::ProcessResult refused = site.run({"restore", file, "--table", "users", "--yes", name});
    INFO(refused.out << refused.err);
    CHECK(refused.status == 9);
    CHECK_THAT(refused.err, ContainsSubstring("WAX-8008") && ContainsSubstring("notes_user_id_fkey"));
    CHECK(state_of(site.url()) == now);
  }
  SECTION("not into a table that has lost a column, or is gone") {
    connection->query("ALTER TABLE journals DROP COLUMN weight");
    CHECK_THAT(site.run({"restore", file, "--table", "journals", "--yes", name}).err,
               ContainsSubstring("its column weight is gone"));
    connection->query("DROP TABLE notes");
    CHECK(site.run({"restore", file, "--table", "notes", "--yes", name}).status == 9);
    CHECK(site.run({"restore", file, "--table", "nothing", "--yes", name}).status == 1);
  }
  SECTION("not without the typed name") { CHECK(site.run({"restore", file, "--table", "users"}).status == 9); }
}

TEST_CASE("a backup of some tables puts back their rows", "[cli][restore]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const std::string before = state_of(site.url());
  REQUIRE(site.run({"backup", "--tables", "users,journals"}).status == 0);
  tests::connect(site.url())
      ->query("DELETE FROM journals; UPDATE users SET email = id::text; INSERT INTO empty_one VALUES (1)");
  const base::ProcessResult restored = site.run({"restore", site.path(site.backup()), "--yes", site.url().database()});
  INFO(restored.out << restored.err);
  CHECK(restored.status == 0);
  CHECK(site.value("SELECT count(*) FROM empty_one") == "1");
  tests::connect(site.url())->query("DELETE FROM empty_one");
  CHECK(state_of(site.url()) == before);
}

TEST_CASE("a backup made for a migration leads back from it", "[cli][restore]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const auto connection = tests::connect(site.url());
  connection->query(
      "CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood mood, twice int GENERATED ALWAYS "
      "AS (2) STORED); CREATE SEQUENCE alone; CREATE VIEW heavy AS SELECT id FROM notes WHERE mood = 'stormy'");
  const std::string before = state_of(site.url());
  REQUIRE(site.run({"backup", "--touched", "b"}).status == 0);
  const std::string file = site.path(site.backup()), name = site.url().database();
  REQUIRE(site.run({"upgrade", "head"}).status == 0);
  const std::vector<std::string> words = {"restore", file, "--yes", name};

  SECTION("with the rows that other tables have got since") {
    connection->query(
        "INSERT INTO notes (mood) VALUES ('stormy'), ('calm'); INSERT INTO empty_one VALUES (7); SELECT "
        "nextval('alone'); "
        "DELETE FROM journals WHERE id > 10; CREATE TABLE later (id serial)");
    // The refused downgrade names this backup.
    CHECK_THAT(site.run({"downgrade", "-1"}).err, ContainsSubstring("waxwing restore " + site.backup()));
    CHECK_THAT(site.run({"restore", file}).err, ContainsSubstring("tables keep the rows that they have now"));
    const base::ProcessResult restored = site.run(words);
    INFO(restored.out << restored.err);
    REQUIRE(restored.status == 0);
    CHECK_THAT(restored.out, ContainsSubstring("removes table public.later") &&
                                 ContainsSubstring("kept the rows that they had") &&
                                 ContainsSubstring("database is at a\n"));
    CHECK(site.value("SELECT count(*) FROM journals") == "500");
    CHECK(site.value("SELECT string_agg(mood::text, ' ' ORDER BY id) FROM notes") == "stormy calm");
    // What comes next is given by sequences of now.
    CHECK(site.value("INSERT INTO notes (mood) VALUES ('calm') RETURNING id") == "3");
    CHECK(site.value("SELECT nextval('alone')") == "2");
    // The runs stay in the ledger, the migration does not.
    CHECK(site.value("SELECT string_agg(command || ' ' || target, ', ' ORDER BY started_at) FROM waxwing.run") ==
          "upgrade a, upgrade head, restore " + site.backup());
    connection->query("DELETE FROM notes; DELETE FROM empty_one");
    CHECK(state_of(site.url()) == before);
    CHECK(site.backups().size() == 1);
    CHECK(site.run({"upgrade", "head"}).status == 0);
  }
  SECTION("not when something came after it") {
    site.write("migrations/c.sql",
               "-- revision: c\n-- revises: b\n-- waxwing: up\nALTER TABLE notes ADD more int;\n-- waxwing: down\n");
    REQUIRE(site.run({"upgrade", "head"}).status == 0);
    const std::string changed = state_of(site.url());
    const base::ProcessResult refused = site.run(words);
    CHECK(refused.status == 9);
    CHECK_THAT(refused.err, ContainsSubstring("WAX-8008") && ContainsSubstring("c was applied since") &&
                                ContainsSubstring("nothing was changed"));
    CHECK(state_of(site.url()) == changed);
  }
  SECTION("not where there are large objects") {
    connection->query("SELECT lo_from_bytea(0, 'large')");
    CHECK_THAT(site.run(words).err, ContainsSubstring("large objects"));
  }
  SECTION("its rows alone while the migration is not applied") {
    REQUIRE(site.run(words).status == 0);
    connection->query("DELETE FROM journals; CREATE TABLE later (id int)");
    REQUIRE(site.run(words).status == 0);
    CHECK(site.value("SELECT count(*) FROM journals") == "500");
    CHECK(site.value("SELECT count(*) FROM later") == "0");
  }
}

TEST_CASE("a backup of some tables is no way back from a migration", "[cli][restore]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const base::ProcessResult made = site.run({"backup", "--tables", "users"});
  REQUIRE(made.status == 0);
  CHECK_THAT(made.out, ContainsSubstring("no migration takes it for a backup") &&
                           !ContainsSubstring("You can now safely run the migration"));
  CHECK(site.run({"upgrade", "head"}).status == 9);
  REQUIRE(site.run({"upgrade", "head", "--no-backup-i-know"}).status == 0);
  CHECK_THAT(site.run({"downgrade", "-1"}).err, !ContainsSubstring(site.backup()));
  CHECK_THAT(site.run({"rollback-plan", "b"}).out, !ContainsSubstring(site.backup()));
}

TEST_CASE("a backup comes back where its roles do not exist", "[cli][restore]") {
  if (tests::lacks_superuser()) return;
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  const std::string owner = "owner_" + site.url().database(), other_role = "restorer_" + site.url().database();
  const auto connection = tests::connect(site.url());
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  connection->query("CREATE ROLE " + owner + "; ALTER TABLE users OWNER TO " + owner +
                    "; GRANT SELECT ON journals TO " + owner);
  REQUIRE(site.run({"backup"}).status == 0);
  const std::string file = site.path(site.backup());
  connection->query("ALTER TABLE users OWNER TO CURRENT_USER; REVOKE ALL ON journals FROM " + owner + "; DROP ROLE " +
                    owner + "; CREATE ROLE " + other_role + " LOGIN");

  const BackupSite target;
  tests::connect(target.url())
      ->query("ALTER DATABASE " + target.url().database() + " OWNER TO " + other_role +
              "; GRANT CREATE ON SCHEMA public TO " + other_role);
  postgres::Url url = target.url();
  url.set("user", other_role);
  const base::ProcessResult refused = site.run({"restore", file, "--into", url.conninfo()});
  INFO(refused.err);
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, ContainsSubstring("--no-owner"));
  CHECK(target.value("SELECT count(*) FROM pg_class WHERE relname = 'journals'") == "0");

  const base::ProcessResult restored = site.run({"restore", file, "--into", url.conninfo(), "--no-owner"});
  INFO(restored.err);
  REQUIRE(restored.status == 0);
  CHECK(target.value("SELECT tableowner FROM pg_tables WHERE tablename = 'users'") == other_role);
  CHECK(target.value("SELECT count(*) FROM journals") == "500");
  CHECK(target.value("SELECT outcome FROM waxwing.run WHERE command = 'restore'") == "done");
}
