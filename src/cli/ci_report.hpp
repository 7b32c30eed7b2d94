// The cases of `waxwing ci` in the forms that build servers read.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "migrate/stairway.hpp"

namespace cli {

/// "passed", "failed", "skipped".
const char* result_name(migrate::StairwayCase::Result result);
std::size_t count(const std::vector<migrate::StairwayCase>& cases, migrate::StairwayCase::Result result);

/// JUnit's XML, as Jenkins, GitLab and GitHub's actions read it: a test case per line of the report.
std::string junit_report(const std::vector<migrate::StairwayCase>& cases);
/// A table, and the text of each failure; for $GITHUB_STEP_SUMMARY.
std::string markdown_report(const std::vector<migrate::StairwayCase>& cases);
nlohmann::ordered_json json_report(const std::vector<migrate::StairwayCase>& cases);

}  // namespace cli
