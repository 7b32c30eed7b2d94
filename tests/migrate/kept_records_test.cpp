// What lies in the journal, beside a backup or under .waxwing, after somebody had it in his hands.
#include "base/kept_json.hpp"
#include "migrate/manifest.hpp"
#include "migrate/run_book_progress.hpp"
#include "operations/key_mapping.hpp"
#include "operations/online_change.hpp"
#include "support/catch.hpp"
#include "support/project.hpp"

using tests::run;
using tests::TestProject;

namespace {

const std::vector<migrate::RunBookRecord> steps = {{{"backup", "waxwing backup"}}, {{"upgrade", "waxwing upgrade"}}};

std::string progress(const std::string& first_name) {
  return "{\"steps\":[{\"name\":" + first_name + ",\"command_sha256\":\"" + base::sha256_hex("waxwing backup") +
         "\",\"state\":\"done\",\"status\":0,\"milliseconds\":2.5,\"at\":\"then\"},{\"name\":\"upgrade\","
         "\"command_sha256\":\"" +
         base::sha256_hex("waxwing upgrade") + "\",\"state\":\"failed\",\"status\":1}]}";
}

}  // namespace

TEST_CASE("a half-done migration whose journal was changed stops with an error that says so", "[migrate][journal]") {
  TestProject files;
  files.migration("a", "",
                  "db.execute('create table t (n int)') db.value('select 1')\n  db.execute('select 1/count(*) from t')",
                  "", ", transaction = 'none'");
  CHECK(tests::code_of([&] { run(files, "upgrade", "head"); }) == "WAX-2003");
  files.value("insert into t values (1)");
  for (const std::string record : {"{}", "7", "{\"affected\":1,\"columns\":[],\"rows\":[[1]],\"tag\":\"x\"}"}) {
    INFO(record);
    files.value("update waxwing.journal set result = '" + record + "' where ordinal = 2");
    try {
      run(files, "upgrade", "head");
      FAIL("no error");
    } catch (const base::Error& error) {
      CHECK(std::string(error.code().id) == "WAX-4019");
      CHECK_THAT(error.what(), ContainsSubstring("the journal's record of a statement cannot be read"));
      CHECK_THAT(error.advice(), ContainsSubstring("waxwing status"));
      CHECK_THAT(error.state(), ContainsSubstring("half done"));
    }
  }
}

TEST_CASE("the progress of a run-book is taken where it is of the same steps", "[migrate]") {
  const migrate::KeptProgress kept = migrate::read_progress(progress("\"backup\""), steps);
  CHECK(kept.is_whole);
  CHECK(kept.is_same);
  CHECK_FALSE(kept.is_finished);
  REQUIRE(kept.records.size() == 2);
  CHECK(kept.records[0].state == migrate::RunBookRecord::State::done);
  CHECK(kept.records[0].at == "then");
  CHECK(kept.records[1].state == migrate::RunBookRecord::State::failed);
  CHECK(kept.records[1].step.command == "waxwing upgrade");
  CHECK_FALSE(migrate::read_progress(progress("\"other\""), steps).is_same);
}

TEST_CASE("a file that is no progress of a run-book is told from one of other steps", "[migrate]") {
  for (const std::string& text : {std::string(), std::string("7"), std::string("{}"), std::string("{\"steps\":7}"),
                                 std::string("{\"steps\":{\"a\":1,\"b\":2}}"), std::string("{\"steps\":[1,2]}"),
                                 progress("7"), std::string(1000000, '[')}) {
    INFO(text.substr(0, 100));
    CHECK_FALSE(migrate::read_progress(text, steps).is_whole);
  }
}

TEST_CASE("a manifest that is none is refused as a backup that cannot be trusted", "[migrate][backup]") {
  for (const std::string& text :
       {std::string(), std::string("7"), std::string("{\"schema_version\":\"1\"}"),
        std::string("{\"schema_version\":1}"), std::string("{\"schema_version\":1,\"seal\":\"00\"}"),
        "{\"schema_version\":1,\"seal\":" + std::string(1000000, '[')}) {
    INFO(text.substr(0, 100));
    CHECK(tests::code_of([&] { migrate::parse_manifest(text, "b.dump"); }) == "WAX-8003");
  }
}

TEST_CASE("comments that were changed are errors that say so", "[migrate]") {
  for (const std::string text : {"", "7", "{}", "{\"columns\":[7],\"references\":[]}"}) {
    INFO(text);
    CHECK(tests::code_of([&] { operations::MappingRecord::from_comment(operations::mapping_comment_start + text); }) ==
          "WAX-6034");
    CHECK(tests::code_of([&] { operations::OnlineChange::from_comment("waxwing: online change " + text); }) ==
          "WAX-6062");
  }
}

TEST_CASE("nesting is counted outside of texts", "[base]") {
  CHECK_FALSE(base::is_nested_too_deeply("{\"a\": \"" + std::string(1000, '[') + "\"}"));
  CHECK_FALSE(base::is_nested_too_deeply("{\"a\\\"\": \"\\\\\", \"b\": [[[]]]}"));
  CHECK(base::is_nested_too_deeply("{\"\\\\\": " + std::string(1000, '[')));
}
