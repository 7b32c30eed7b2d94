// Backups made by the real pg_dump, proved by the real pg_restore, and refused when something is wrong with them.
#include <signal.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "migrate/manifest.hpp"
#include "postgres/quote.hpp"
#include "support/backup_site.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/client_programs.hpp"

using tests::BackupSite;

namespace {

/// A folder of client programs in which some are replaced by shell scripts.
void write_programs(const std::string& folder, const std::string& name, const std::string& script) {
  std::filesystem::create_directories(folder);
  for (const auto& entry : std::filesystem::directory_iterator(tests::client_folder())) {
    const std::string link = folder + "/" + entry.path().filename().string();
    std::error_code ignored;
    std::filesystem::create_symlink(entry.path(), link, ignored);
  }
  std::filesystem::remove(folder + "/" + name);
  base::write_file(folder + "/" + name, "#!/bin/bash\n" + script);
  chmod((folder + "/" + name).c_str(), 0755);
}

std::int64_t other_sessions(const postgres::Url& url) {
  const auto connection = tests::connect(url);
  std::int64_t count = 0;
  for (int i = 0; i < 500; ++i) {
    count = connection
                ->query(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
                    "pg_backend_pid() AND backend_type = 'client backend'")
                .integer(0, 0);
    if (count == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return count;
}

}  // namespace

TEST_CASE("a backup is made, proved, listed and verified", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  CHECK(site.run({"backup", "list"}).out == "no backups in backups\n");
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const base::ProcessResult made = site.run({"backup", "--label", "24.3"});
  INFO(made.out << made.err);
  REQUIRE(made.status == 0);
  CHECK_THAT(site.backup(), StartsWith("backups/pre_migration_24_3_20") && EndsWith(".dump"));
  for (const char* line : {"Database   test_", "Revision   a\n", "File       backups/pre_migration_24_3_",
                           "\nSize       ", "\n✓ Backup created successfully!\n✓ Data validation passed\n",
                           "[1/3] Checking for empty tables...\nWARNING: table empty_one is empty\n", "[2/3] ",
                           "[3/3] ", "To restore from this backup, run: waxwing restore backups/pre_migration_24_3_"})
    CHECK_THAT(made.out, ContainsSubstring(line));
  CHECK_THAT(made.out, EndsWith("You can now safely run the migration\n"));

  const auto manifest = migrate::read_manifest(site.path(site.backup()));
  REQUIRE(manifest);
  CHECK(manifest->proof.passed);
  CHECK(manifest->revisions == std::vector<std::string>{"a"});
  CHECK(manifest->database.system_identifier == site.value("SELECT system_identifier FROM pg_control_system()"));
  CHECK(manifest->sha256 == base::sha256_hex(base::read_file(site.path(site.backup()))));
  CHECK(manifest->rows() >= 550);
  struct stat status {};
  stat(site.path(site.backup()).c_str(), &status);
  CHECK((status.st_mode & 0777) == 0600);

  CHECK_THAT(site.run({"backup", "list"}).out, ContainsSubstring(site.backup()) && EndsWith(" at a  proved\n"));
  const base::ProcessResult verified = site.run({"backup", "verify", site.path(site.backup())});
  CHECK(verified.status == 0);
  CHECK_THAT(verified.out, ContainsSubstring("is whole"));
  CHECK(site.run({"backup", "verify", site.path(site.backup()), "--proof"}).status == 0);
  const auto json = nlohmann::json::parse(site.run({"backup", "list", "--json"}).out);
  CHECK(json["backups"][0]["proved"] == true);
  CHECK(site.value("SELECT count(*) FROM pg_database WHERE datname LIKE 'waxwing_proof%'") == "0");
}

TEST_CASE("marks are plain letters where the locale is not UTF-8", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  base::ProcessOptions ascii;
  ascii.environment["LC_ALL"] = "C";
  const base::ProcessResult made = site.run({"backup"}, ascii);
  CHECK(made.status == 0);
  CHECK_THAT(made.out, ContainsSubstring("ok Backup created successfully!\nok Data validation passed\n"));
}

TEST_CASE("a database with a hostile name is backed up on the server itself", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const std::string name = "we\"ird 'name' \\ $x; drop";
  const auto admin = tests::connect(tests::superuser_url());
  admin->query("DROP ROLE IF EXISTS journal_keeper; CREATE ROLE journal_keeper LOGIN CREATEDB PASSWORD 'x'");
  admin->query("CREATE DATABASE " + postgres::quote_identifier(name) + " OWNER journal_keeper");
  postgres::Url url = tests::superuser_url().with_database(name);
  url.set("user", "journal_keeper");
  {
    const BackupSite site(url);
    REQUIRE(site.run({"upgrade", "a"}).status == 0);
    const base::ProcessResult made = site.run({"backup", "--proof-on-server"});
    INFO(made.out << made.err);
    CHECK(made.status == 0);
    CHECK_THAT(made.out, ContainsSubstring("Data validation passed"));
    CHECK(migrate::read_manifest(site.path(site.backup()))->database.name == name);
    CHECK(site.value("SELECT count(*) FROM pg_database WHERE datname LIKE 'waxwing_proof%'") == "0");
    site.value("DROP TABLE empty_one");
    const base::ProcessResult restored = site.run({"restore", site.path(site.backup()), "--yes", name});
    INFO(restored.out << restored.err);
    CHECK(restored.status == 0);
    CHECK(site.value("SELECT count(*) FROM empty_one") == "0");
  }
  admin->query("DROP DATABASE " + postgres::quote_identifier(name) + " WITH (FORCE)");
  admin->query("DROP ROLE journal_keeper");
}

TEST_CASE("what happened to a backup is found and named", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site, other;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  REQUIRE(site.run({"backup"}).status == 0);
  const std::string file = site.path(site.backup());
  const std::string whole = base::read_file(file), manifest = base::read_file(file + ".json");

  SECTION("100 of 100 random corruptions are refused") {
    std::mt19937 random(static_cast<unsigned>(std::hash<std::string>()(whole)));
    for (int i = 0; i < 100; ++i) {
      std::string broken = whole, its_manifest = manifest;
      const std::size_t at = random() % whole.size();
      const int kind = i % 5;
      if (kind == 0) broken[at] = static_cast<char>(broken[at] ^ (1 << random() % 8));
      if (kind == 1) broken.resize(at);
      if (kind == 2) broken.erase(at, 1 + random() % 100);
      if (kind == 3) broken.insert(at, 1 + random() % 100, static_cast<char>(random()));
      if (kind == 4) {
        // A letter or digit of the manifest: blanks between its words say nothing.
        std::size_t place = random() % manifest.size();
        while (!std::isalnum(static_cast<unsigned char>(manifest[place]))) place = (place + 1) % manifest.size();
        its_manifest[place] = static_cast<char>(its_manifest[place] ^ 1);
      }
      base::write_file(file, broken);
      base::write_file(file + ".json", its_manifest);
      std::string code;
      try {
        migrate::check_backup_file(file);
      } catch (const base::Error& error) {
        code = error.code().id;
      }
      INFO("corruption " << i << " of kind " << kind << " at " << at);
      CHECK(code == "WAX-8003");
    }
  }
  SECTION("each cause has its words") {
    const auto verify = [&](const std::string& text) {
      base::write_file(file, text);
      const base::ProcessResult result = site.run({"backup", "verify", file});
      CHECK(result.status == 9);
      return result.err;
    };
    std::string flipped = whole;
    flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 4);
    CHECK_THAT(verify(""), ContainsSubstring("it is empty"));
    CHECK_THAT(verify(whole.substr(0, 1000)), ContainsSubstring("cut short: 1000 of"));
    CHECK_THAT(verify(flipped), ContainsSubstring("its content was changed"));
    std::filesystem::remove(file + ".json");
    CHECK_THAT(verify(whole), ContainsSubstring("there is no manifest"));
    CHECK_THAT(verify("--\n-- PostgreSQL database dump\n--\nSET x = 1;\n"), ContainsSubstring("plain-text dump"));
  }
  SECTION("another database's backup is refused") {
    const base::ProcessResult result = other.run({"backup", "verify", file});
    CHECK(result.status == 9);
    CHECK_THAT(result.err, ContainsSubstring("is the backup of another database"));
    CHECK(other.run({"backup", "verify", file, "--any-database"}).status == 0);
  }
}

TEST_CASE("a backup that is interrupted leaves nothing", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    INFO("signal " << signal);
    const BackupSite site;
    REQUIRE(site.run({"upgrade", "a"}).status == 0);
    const std::string output = site.path("output");
    {
      // pg_dump waits for this table.
      const auto holder = tests::connect(site.url());
      holder->query("BEGIN; LOCK TABLE journals");
      tests::Child child({"backup", "-C", site.path(), "--url", site.url().conninfo()}, output);
      for (int i = 0; i < 1000 && holder->query("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = "
                                                "'journals'::regclass")
                                          .integer(0, 0) < 2;
           ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      CHECK(site.backups().size() == 1);
      kill(child.pid(), signal);
      CHECK(child.wait(30000) == 128 + signal);
      holder->query("ROLLBACK");
    }
    CHECK(other_sessions(site.url()) == 0);
    if (signal == SIGKILL) {
      // The next backup removes what the killed one could not.
      CHECK_THAT(site.run({"backup", "list"}).out, ContainsSubstring("no backups"));
      REQUIRE(site.run({"backup"}).status == 0);
      CHECK_THAT(site.backup(), StartsWith("backups/pre_migration_"));
    } else {
      CHECK(site.backups().empty());
      CHECK_THAT(base::read_file(output), ContainsSubstring("no backup was made"));
    }
  }
}

TEST_CASE("a full disk is named and leaves nothing", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const base::ProcessResult result =
      base::run_process({"/bin/bash", "-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" backup -C \"$1\" --url \"$2\"",
                         WAXWING_PROGRAM, site.path(), site.url().conninfo()},
                        {});
  INFO(result.out << result.err);
  CHECK(result.status == 1);
  CHECK_THAT(result.out, ContainsSubstring("Backup failed!"));
  CHECK_THAT(result.err, ContainsSubstring("WAX-8001") && ContainsSubstring("file size limit"));
  CHECK(site.backups().empty());
}

TEST_CASE("secrets are in no argument and no environment of pg_dump", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  postgres::Url url = tests::fresh_database();
  url.set("password", "s3cret:wörd");
  const BackupSite site(url);
  const std::string log = site.path("log"), programs = site.path("bin");
  for (const char* name : {"pg_dump", "psql"})
    write_programs(
        programs, name,
        "case \"$1\" in --version) exec " + tests::client_folder() + "/" + name +
            " --version;; esac\n{ tr '\\0' '\\n' </proc/$$/cmdline; env; echo \"passfile: $(cat $PGPASSFILE)\"; } >>" +
            log + "\nexec " + tests::client_folder() + "/" + name + " \"$@\"\n");
  base::ProcessOptions options;
  options.environment = {{"WAXWING_PG_BIN", programs},
                         {"PGPASSWORD", "s3cret:wörd"},
                         {"APP_TOKEN", "s3cret-token"},
                         {"HOOK", "https://bot:s3cret-hook@example.com/x"},
                         {"DATABASE_URL", "postgres://u:s3cret%3Aw%C3%B6rd@h/d"}};
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const base::ProcessResult made = site.run({"backup"}, options);
  INFO(made.out << made.err);
  REQUIRE(made.status == 0);
  REQUIRE(site.run({"restore", site.path(site.backup()), "--yes", site.url().database()}, options).status == 0);
  std::string seen = base::read_file(log);
  CHECK_THAT(seen, ContainsSubstring("--snapshot=") && ContainsSubstring("--file=-"));
  // The password file is the one place, with its colon escaped.
  const std::string line = "passfile: *:*:*:*:s3cret\\:wörd\n";
  std::size_t files = 0;
  for (std::size_t at = seen.find(line); at != std::string::npos; at = seen.find(line), ++files)
    seen.erase(at, line.size());
  CHECK(files == 2);
  CHECK_THAT(seen, !ContainsSubstring("s3cret"));
  CHECK_THAT(made.out + made.err, !ContainsSubstring("s3cret"));
}

TEST_CASE("programs older than the server are refused before anything is written", "[cli][backup]") {
  const BackupSite site;
  const std::string wanted = std::to_string(tests::connect(site.url())->server_version() / 10000);
  write_programs(site.path("bin"), "pg_dump", "echo 'pg_dump (PostgreSQL) 12.4'\n");
  base::ProcessOptions options;
  options.environment["WAXWING_PG_BIN"] = site.path("bin");
  const base::ProcessResult result = site.run({"backup"}, options);
  CHECK(result.status == 9);
  CHECK_THAT(result.err, ContainsSubstring("WAX-8007") &&
                             ContainsSubstring("apt install postgresql-client-" + wanted) &&
                             ContainsSubstring("PostgreSQL 12"));
  CHECK(site.backups().empty());
}

TEST_CASE("pg_dump's own words are shown when it fails", "[cli][backup]") {
  const BackupSite site;
  write_programs(
      site.path("bin"), "pg_dump",
      "case \"$1\" in --version) echo 'pg_dump (PostgreSQL) 99.4';; *) echo 'pg_dump: error: No space left on "
      "device' >&2; exit 1;; esac\n");
  base::ProcessOptions options;
  options.environment["WAXWING_PG_BIN"] = site.path("bin");
  const base::ProcessResult result = site.run({"backup"}, options);
  CHECK(result.status == 1);
  CHECK_THAT(result.out, ContainsSubstring("✗ Backup failed!"));
  CHECK_THAT(result.err, ContainsSubstring("No space left on device") && ContainsSubstring("free some space"));
  CHECK(site.backups().empty());
}

TEST_CASE("a backup whose rows are not those of the source is not kept", "[cli][backup]") {
  if (tests::lacks_superuser()) return;
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  write_programs(site.path("bin"), "pg_dump",
                 "case \"$1\" in --version) exec " + tests::client_folder() + "/pg_dump --version;; esac\nexec " +
                     tests::client_folder() +
                     "/pg_dump \"$@\" --exclude-table-data=users --exclude-table-data=journals\n");
  base::ProcessOptions options;
  options.environment["WAXWING_PG_BIN"] = site.path("bin");
  const base::ProcessResult result = site.run({"backup", "--proof-on-server"}, options);
  CHECK(result.status == 1);
  CHECK_THAT(result.err,
             ContainsSubstring("WAX-8002") && ContainsSubstring("users has 0 rows there, 50 were backed up"));
  CHECK(site.backups().empty());
}

TEST_CASE("a run that needs a backup is refused without one", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const base::ProcessResult refused = site.run({"upgrade", "head"});
  INFO(refused.out << refused.err);
  CHECK(refused.status == 9);
  CHECK_THAT(refused.out,
             ContainsSubstring("CRITICAL WARNINGS: b, drop the weights\n\n1. IRREVERSIBLE: the weights are "
                               "gone\n2. BREAKING: old clients fail\n3. BACKUP REQUIRED: You MUST"));
  CHECK_THAT(refused.err, ContainsSubstring("WAX-8004") && ContainsSubstring("waxwing backup --label b"));

  SECTION("a backup that is not proved does not count") {
    REQUIRE_THAT(site.run({"backup", "--no-proof"}).out, ContainsSubstring("Not proved (--no-proof)"));
    CHECK_FALSE(migrate::read_manifest(site.path(site.backup()))->proof.passed);
    CHECK_THAT(site.run({"upgrade", "head"}).err, ContainsSubstring("does not count: it is not proved"));
    REQUIRE(site.run({"backup", "verify", site.path(site.backup()), "--proof"}).status == 0);
    CHECK(site.run({"upgrade", "head"}).status == 0);
  }
  SECTION("a broken one does not count") {
    REQUIRE(site.run({"backup"}).status == 0);
    std::string text = base::read_file(site.path(site.backup()));
    text.back() = static_cast<char>(text.back() ^ 1);
    site.write(site.backup(), text);
    CHECK_THAT(site.run({"upgrade", "head"}).err, ContainsSubstring("its content was changed"));
  }
  SECTION("with one the run goes on, and says which") {
    REQUIRE(site.run({"backup"}).status == 0);
    CHECK(site.run({"upgrade", "head"}).status == 0);
    CHECK(site.value("SELECT detail->'backup'->>'file' FROM waxwing.run ORDER BY started_at DESC LIMIT 1") ==
          site.backup());
    const base::ProcessResult down = site.run({"downgrade", "-1"});
    CHECK(down.status == 9);
    CHECK_THAT(down.err, ContainsSubstring("waxwing restore " + site.backup()));
  }
  SECTION("who goes on without is recorded") {
    const base::ProcessResult waived = site.run({"upgrade", "head", "--no-backup-i-know"});
    CHECK(waived.status == 0);
    CHECK(site.value("SELECT detail->'backup'->>'waived' FROM waxwing.run ORDER BY started_at DESC LIMIT 1") == "true");
    CHECK(site.value("SELECT detail->>'steps' FROM waxwing.run ORDER BY started_at DESC LIMIT 1") == "1");
  }
}

TEST_CASE("an irreversible migration needs a backup by itself", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  site.write("waxwing.lua", "return { environments = { scratch = { require_backup = false } } }");
  site.write("migrations/b.lua",
             "local m = migration { revision = 'b', revises = 'a' }\nfunction m.upgrade()\n  op.drop_table { name = "
             "'empty_one' }\nend\nm.downgrade = irreversible('gone')\nreturn m\n");
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const base::ProcessResult refused = site.run({"upgrade", "b"});
  CHECK(refused.status == 9);
  CHECK_THAT(refused.err, ContainsSubstring("WAX-8004") && ContainsSubstring("b is irreversible") &&
                              ContainsSubstring("nothing was changed"));
  SECTION("with one it runs") {
    REQUIRE(site.run({"backup"}).status == 0);
    CHECK(site.run({"upgrade", "b"}).status == 0);
  }
  SECTION("require_backup = false spares it") { CHECK(site.run({"upgrade", "b", "--env", "scratch"}).status == 0); }
}

TEST_CASE("commands are named with the environment that was said", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  CHECK_THAT(site.run({"upgrade", "b", "--env=strict"}).err,
             ContainsSubstring("waxwing --env strict backup --label b"));
  CHECK_THAT(site.run({"backup", "--env", "strict"}).out, ContainsSubstring("run: waxwing --env strict restore "));
  CHECK_THAT(site.run({"rollback-plan", "b", "--env", "strict"}).out,
             ContainsSubstring("     waxwing --env strict restore ") &&
                 ContainsSubstring("     waxwing --env strict sessions --fail-if-any"));
  CHECK_THAT(site.run({"run-book", "b", "--env", "strict"}).out,
             ContainsSubstring("waxwing --env strict upgrade b") && !ContainsSubstring("waxwing upgrade"));
  CHECK_THAT(site.run({"rollback-plan", "b"}).out, !ContainsSubstring("--env"));
  CHECK_THAT(site.run({"explain", "nothing", "--env", "strict"}).err, !ContainsSubstring("--env strict explain"));
}

TEST_CASE("an empty database has nothing to lose", "[cli][backup]") {
  const BackupSite site;
  CHECK(site.run({"upgrade", "head", "--env", "strict"}).status == 0);
}

TEST_CASE("require_backup is asked of what takes something away", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  site.write("migrations/b.lua",
             "local m = migration { revision = 'b', revises = 'a' }\nfunction m.upgrade()\n  op.add_column { table = "
             "'users', name = 'note', type = 'text' }\nend\nreturn m\n");
  site.write("migrations/c.lua",
             "local m = migration { revision = 'c', revises = 'b' }\nfunction m.upgrade()\n  if db.value('select "
             "count(*) from users') > 0 then db.execute('update users set email = upper(email)') end\nend\nreturn m\n");
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  CHECK(site.run({"upgrade", "b", "--env", "strict"}).status == 0);
  const base::ProcessResult refused = site.run({"upgrade", "c", "--env", "strict"});
  CHECK(refused.status == 9);
  CHECK_THAT(refused.err, ContainsSubstring("c updates users, and require_backup is set"));
  CHECK(site.run({"upgrade", "c"}).status == 0);
}

TEST_CASE("only what a migration touches is backed up", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  REQUIRE(site.run({"upgrade", "a"}).status == 0);
  const base::ProcessResult made = site.run({"backup", "--touched", "b"});
  INFO(made.out << made.err);
  REQUIRE(made.status == 0);
  // journals loses a column, and refers to users.
  CHECK_THAT(made.out, ContainsSubstring("Tables     journals, users\n"));
  const auto manifest = migrate::read_manifest(site.path(site.backup()));
  CHECK(manifest->is_partial);
  CHECK(manifest->touched == std::vector<std::string>{"b"});
  CHECK(manifest->proof.passed);
  CHECK(site.run({"upgrade", "head"}).status == 0);
}

TEST_CASE("the command line of backup is checked", "[cli][backup]") {
  if (tests::skips_for_pg_dump()) return;
  const BackupSite site;
  CHECK(site.run({"backup", "lsit"}).status == 2);
  CHECK_THAT(site.run({"backup", "lsit"}).err, ContainsSubstring("did you mean \"list\""));
  CHECK(site.run({"backup", "verify"}).status == 2);
  CHECK(site.run({"backup", "verify", "none.dump"}).status == 2);
  CHECK(site.run({"backup", "--tables", "nowhere"}).status == 1);
  CHECK(site.run({"backup", "--tables", "a", "--touched", "b"}).status == 2);
  CHECK(site.backups().empty());
}
