// Whole migration histories of other projects, run by the program and compared with their schema.
#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"
#include "support/schema_dump.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path data = fs::path(WAXWING_SOURCE_DIR) / "../shared/data";

bool is_absent() {
  if (fs::exists(data)) return false;
  WARN("skipped: " << data.string() << " is not there");
  return true;
}

/// A project in a temporary folder.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("waxwing-data-" + base::random_hex(8))) {
    fs::create_directories(path_ / "migrations");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

  base::ProcessResult waxwing(std::vector<std::string> words, const postgres::Url* url = nullptr) const {
    words.insert(words.begin(), {WAXWING_PROGRAM, "-q", "-C", path_.string()});
    if (url) words.insert(words.end(), {"--url", url->conninfo()});
    return base::run_process(words);
  }

 private:
  fs::path path_;
};

/// Turns the NNN_name.up.sql and .down.sql of a history into migrations.
void write_history(const std::string& name, const Folder& folder) {
  std::vector<std::string> ups;
  for (const auto& entry : fs::directory_iterator(data / "histories" / name))
    if (entry.path().string().ends_with(".up.sql")) ups.push_back(entry.path().filename().string());
  std::sort(ups.begin(), ups.end());
  std::string parent;
  for (const std::string& up : ups) {
    const std::string stem = up.substr(0, up.size() - 7), id = stem.substr(0, stem.find('_'));
    const std::string up_text = base::read_file((data / "histories" / name / up).string());
    const std::string down_path = (data / "histories" / name / (stem + ".down.sql")).string();
    const std::string down_text = base::file_exists(down_path) ? base::read_file(down_path) : "";
    std::string text = "-- revision: " + id + "\n-- revises: " + parent + "\n-- message: " + stem + "\n";
    if (base::lower(up_text + down_text).find("concurrently") != std::string::npos) text += "-- transaction: none\n";
    text += "-- waxwing: up\n" + up_text + "\n";
    if (base::file_exists(down_path)) text += "-- waxwing: down\n" + down_text + "\n";
    base::write_file((folder.path() / "migrations" / (stem + ".sql")).string(), text);
    parent = id;
  }
  base::write_file((folder.path() / "waxwing.lua").string(),
                   name == "supabase-auth" ? "return { search_path = 'auth' }" : "return {}");
}

void prepare(const std::string& name, const postgres::Url& url, bool with_schema) {
  const auto connection = tests::connect(url);
  if (name != "supabase-auth") return;
  for (const char* role : {"anon", "authenticated", "service_role", "supabase_auth_admin"})
    connection->query(std::string("DO $$ BEGIN CREATE ROLE ") + role +
                      "; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  if (with_schema) connection->query("CREATE SCHEMA auth");
}

}  // namespace

TEST_CASE("real histories end in the schema that their projects have", "[data]") {
  if (is_absent()) return;
  for (const std::string name :
       {"authelia", "svix", "temporal", "supabase-auth", "kratos", "crates.io", "hydra", "concourse"}) {
    DYNAMIC_SECTION(name) {
      if (name == "crates.io" && tests::connect(tests::superuser_url())->server_version() < 140000) {
        WARN("skipped: crates.io says CREATE OR REPLACE TRIGGER, which PostgreSQL 13 does not know");
        continue;
      }
      const Folder folder;
      write_history(name, folder);
      const postgres::Url ours = tests::fresh_database(), theirs = tests::fresh_database(),
                          scripted = tests::fresh_database();
      prepare(name, ours, true);
      prepare(name, theirs, false);
      prepare(name, scripted, true);
      const base::ProcessResult up = folder.waxwing({"upgrade", "head"}, &ours);
      INFO(up.err);
      REQUIRE(up.status == 0);
      tests::psql_file(theirs, (data / "histories" / name / "schema_head.sql").string());
      CHECK(tests::difference(tests::schema_of(ours), tests::schema_of(theirs)) == "");

      {
        const base::ProcessResult sql = folder.waxwing({"upgrade", "head", "--sql"});
        REQUIRE(sql.status == 0);
        base::write_file((folder.path() / "up.sql").string(), sql.out);
        tests::psql_file(scripted, (folder.path() / "up.sql").string());
        CHECK(tests::difference(tests::schema_of(ours), tests::schema_of(scripted)) == "");
        CHECK(folder.waxwing({"upgrade", "head"}, &scripted).out.find("nothing to do") != std::string::npos);
      }
      if (name == "authelia" || name == "kratos") {
        const base::ProcessResult down = folder.waxwing({"downgrade", "base"}, &ours);
        INFO(down.err);
        CHECK(down.status == 0);
        // Extensions stay: the projects' own down files leave them.
        for (const std::string& left : tests::schema_of(ours)) CHECK_THAT(left, ContainsSubstring("EXTENSION"));
      }
    }
  }
}

TEST_CASE("the book service of the documents is migrated row for row", "[data]") {
  if (is_absent()) return;
  const auto migrate = [](const std::vector<std::string>& options, const std::string& expected) {
    const Folder folder;
    const postgres::Url url = tests::fresh_database();
    tests::psql_file(url, (data / "situations/dream-lms_before.sql").string());
    tests::psql_file(url, (data / "situations/dream-lms_data.sql").string(), options);
    base::write_file((folder.path() / "waxwing.lua").string(), "return {}");
    base::write_file((folder.path() / "migrations/1294713df196.sql").string(),
                     "-- revision: 1294713df196\n-- waxwing: up\n");
    std::string text = base::read_file(WAXWING_SOURCE_DIR "/migrations/72e10c4c221a_migrate_books_to_dcs_ids.lua");
    // There the rule names the teacher as well.
    text = base::replace_all(std::move(text), "\"dcs_book_id\", \"school_id\" }",
                             "\"dcs_book_id\", \"school_id\", \"teacher_id\" }");
    base::write_file((folder.path() / "migrations/72e10c4c221a.lua").string(), text);
    REQUIRE(folder.waxwing({"stamp", "1294713df196"}, &url).status == 0);
    const base::ProcessResult up = folder.waxwing({"upgrade", "head", "--no-backup-i-know"}, &url);
    INFO(up.err);
    REQUIRE(up.status == 0);
    const auto connection = tests::connect(url);
    const postgres::Result counts = connection->query(
        "SELECT pg_catalog.concat_ws('/', (SELECT count(dcs_book_id) FROM assignments), (SELECT count(dcs_book_id) "
        "FROM activities), "
        "(SELECT count(dcs_book_id) FROM book_assignments)), to_regclass('books') IS NULL");
    CHECK(counts.text(0, 0) == expected);
    CHECK(counts.boolean(0, 1));
    CHECK_THAT(up.err, ContainsSubstring("also drops unique constraint uq_book_assignment"));
    const base::ProcessResult down = folder.waxwing({"downgrade", "-1"}, &url);
    CHECK(down.status == 9);
    CHECK_THAT(down.err, ContainsSubstring("Downgrade not supported"));
  };
  migrate({}, "42/238/8");
  migrate({"-v", "books=1", "-v", "assignments=0", "-v", "activities=53", "-v", "bookassign=0"}, "0/53/0");
}

TEST_CASE("the sample by a script for psql is the sample", "[data]") {
  const Folder folder;
  for (const auto& entry : fs::directory_iterator(WAXWING_SOURCE_DIR "/migrations"))
    fs::copy(entry.path(), folder.path() / "migrations");
  base::write_file((folder.path() / "waxwing.lua").string(), "return {}");
  const postgres::Url ours = tests::fresh_database(), scripted = tests::fresh_database();
  REQUIRE(folder.waxwing({"upgrade", "head"}, &ours).status == 0);
  const base::ProcessResult sql = folder.waxwing({"upgrade", "head", "--sql"});
  INFO(sql.err);
  REQUIRE(sql.status == 0);
  base::write_file((folder.path() / "up.sql").string(), sql.out);
  tests::psql_file(scripted, (folder.path() / "up.sql").string());
  CHECK(tests::difference(tests::schema_of(ours), tests::schema_of(scripted)) == "");
  CHECK(folder.waxwing({"upgrade", "head"}, &scripted).out.find("nothing to do") != std::string::npos);
}
