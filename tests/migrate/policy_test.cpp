// What an environment asks of a run before it begins.
#include "migrate/policy.hpp"

#include "support/catch.hpp"
#include "support/project.hpp"

using tests::code_of;
using tests::TestProject;

namespace {

/// `day` counts from Sunday.
bool within(const std::string& hours, int day, int hour, int minute = 0) {
  std::tm local{};
  local.tm_wday = day;
  local.tm_hour = hour;
  local.tm_min = minute;
  return migrate::is_within_hours(hours, local);
}

}  // namespace

TEST_CASE("allowed hours are days and times, also beyond midnight", "[migrate][policy]") {
  CHECK(within("20:00-22:00", 3, 20));
  CHECK(within("20:00-22:00", 3, 21, 59));
  CHECK_FALSE(within("20:00-22:00", 3, 22));
  CHECK(within("Mon-Fri 20:00-06:00", 1, 23));
  CHECK(within("Mon-Fri 20:00-06:00", 6, 5));  // Friday's night
  CHECK_FALSE(within("Mon-Fri 20:00-06:00", 6, 21));
  CHECK_FALSE(within("Mon-Fri 20:00-06:00", 1, 5));  // Sunday's night
  CHECK(within("Fri-Mon 00:00-24:00", 0, 12));
  CHECK_FALSE(within("Fri-Mon 00:00-24:00", 3, 12));
  CHECK(within("Mon 01:00-02:00, Sun 00:00-24:00", 0, 23, 59));
  for (const char* wrong : {"", "20-22", "20:00", "Mun 20:00-22:00", "25:00-26:00", "20:00-22:00 UTC", "20:61-22:00"})
    CHECK(code_of([&] { within(wrong, 1, 1); }) == "WAX-1003");
}

TEST_CASE("an environment can ask for checks in every migration", "[migrate][policy]") {
  TestProject files;
  files.migration("a", "", "", "", "", "m.preflight = { check.no_table { name = 't' } }\n");
  files.migration("b", "a", "");
  files.write("waxwing.lua", "return { require_preflight = true }");
  migrate::Project project = files.open();
  const auto& graph = project.graph();
  migrate::refuse_by_policy(project, revisions::plan_upgrade(graph, {}, "a"), false);
  CHECK(code_of([&] { migrate::refuse_by_policy(project, revisions::plan_upgrade(graph, {}, "b"), false); }) ==
        "WAX-4041");
}
