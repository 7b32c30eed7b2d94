// Results and refusals that come back from a journal, and what is no record.
#include "postgres/recorded_result.hpp"

#include "support/catch.hpp"
#include "support/database.hpp"

namespace {

std::string code_of(const std::string& record) {
  try {
    postgres::replayed(record, "select 1");
  } catch (const base::Error& error) {
    return error.code().id;
  }
  return "";
}

}  // namespace

TEST_CASE("a result comes back from its record", "[postgres][journal]") {
  const auto session = tests::connect(tests::fresh_database());
  const postgres::Result first = session->query("select 1 as a, null as b, E'it''s \\u00e4'::text as \"c d\"");
  const postgres::Result again = postgres::replayed(postgres::recorded(first), "select 1");
  REQUIRE(again.rows() == 1);
  REQUIRE(again.columns() == 3);
  CHECK(again.integer(0, 0) == 1);
  CHECK(again.is_null(0, 1));
  CHECK(again.text(0, 2) == "it's ä");
  CHECK(again.column_name(2) == "c d");
  CHECK(again.column_type(0) == first.column_type(0));
  CHECK(again.command_tag() == "SELECT 1");
}

TEST_CASE("bytes that are no UTF-8 come back from a record", "[postgres][journal]") {
  const postgres::Result result = postgres::replayed(
      R"({"affected":1,"columns":[["a",25]],"rows":[[{"hex":"e4f600"}]],"tag":"SELECT 1"})", "select 1");
  CHECK(result.text(0, 0) == std::string("\xe4\xf6\0", 3));
  CHECK(postgres::replayed(postgres::recorded(result), "select 1").text(0, 0) == std::string("\xe4\xf6\0", 3));
}

TEST_CASE("a refusal is thrown again", "[postgres][journal]") {
  const auto session = tests::connect(tests::fresh_database());
  std::string record;
  try {
    session->query("select * from nowhere");
  } catch (const postgres::SqlError& error) {
    record = postgres::recorded(error);
  }
  try {
    postgres::replayed(record, "select * from nowhere");
    FAIL("no error");
  } catch (const postgres::SqlError& error) {
    CHECK(error.diagnostics().sqlstate == "42P01");
    CHECK_THAT(error.diagnostics().message, ContainsSubstring("nowhere"));
  }
}

TEST_CASE("a record that was changed is an error that says so", "[postgres][journal]") {
  for (const std::string record :
       {"", "x", "7", "[]", "{}", "null", "{\"tag\":1,\"affected\":0}", "{\"tag\":\"x\",\"affected\":\"1\"}",
        // Numbers that no integer can be.
        R"({"affected":1e89,"tag":"SELECT 1"})", R"({"affected":1,"columns":[["a",2.5]],"rows":[],"tag":"SELECT 1"})",
        // Fewer values than columns, more, and bytes that are none.
        R"({"affected":1,"columns":[["a",25],["b",25]],"rows":[["1"]],"tag":"SELECT 1"})",
        R"({"affected":1,"columns":[],"rows":[["1"]],"tag":"SELECT 1"})",
        R"({"affected":1,"columns":[["a",25]],"rows":[[{"hex":"zz"}]],"tag":"SELECT 1"})",
        R"({"affected":1,"columns":[["a",25]],"rows":[[{"hex":"abc"}]],"tag":"SELECT 1"})", R"({"error":7})"}) {
    INFO(record);
    CHECK(code_of(record) == "WAX-4019");
  }
  CHECK(code_of(std::string(1000000, '[')) == "WAX-4019");
}
