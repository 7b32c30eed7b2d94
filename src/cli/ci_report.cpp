// XML, Markdown and JSON of one list.
#include "cli/ci_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/text.hpp"
#include "cli/output.hpp"

namespace cli {

using migrate::StairwayCase;
using Cases = std::vector<StairwayCase>;
using Result = StairwayCase::Result;

namespace {

/// XML 1.0 has no form at all for most control characters.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\n')
      out += "&#10;";
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t')
      out += c;
  }
  return out;
}

double seconds(const Cases& cases) {
  return std::accumulate(cases.begin(), cases.end(), 0.0,
                         [](double sum, const StairwayCase& each) { return sum + each.milliseconds; }) /
         1000;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// In a cell of a table.
std::string cell(std::string_view text) {
  return base::replace_all(base::replace_all(std::string(text), "|", "\\|"), "\n", " ");
}

const char* sign(Result result) { return result == Result::passed ? "✅" : result == Result::failed ? "❌" : "⏭️"; }

}  // namespace

const char* result_name(Result result) {
  return result == Result::passed ? "passed" : result == Result::failed ? "failed" : "skipped";
}

std::size_t count(const Cases& cases, Result result) {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [&](const StairwayCase& each) { return each.result == result; }));
}

std::string junit_report(const Cases& cases) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"waxwing ci\" tests=\"{}\" "
      "failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3f}\">\n",
      cases.size(), count(cases, Result::failed), count(cases, Result::skipped), seconds(cases));
  for (const StairwayCase& each : cases) {
    out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                       xml(each.path.empty() ? "waxwing" : each.path), xml(each.name), each.milliseconds / 1000);
    if (each.result == Result::passed)
      out += "/>\n";
    else
      out += fmt::format(">\n      <{0} message=\"{1}\">{2}</{0}>\n    </testcase>\n",
                         each.result == Result::failed ? "failure" : "skipped", xml(first_line(each.text)),
                         xml(each.text));
  }
  return out + "  </testsuite>\n</testsuites>\n";
}

std::string markdown_report(const Cases& cases) {
  const std::size_t failed = count(cases, Result::failed);
  std::string out = fmt::format(
      "## {} Migrations: {}\n\n| | case | file | |\n|---|---|---|---:|\n", failed ? "❌" : "✅",
      failed ? fmt::format("{} of {} cases failed", failed, cases.size())
             : fmt::format("{} passed", base::count_of(static_cast<long long>(count(cases, Result::passed)), "case")));
  for (const StairwayCase& each : cases)
    out += fmt::format("| {} | {} | {} | {} |\n", sign(each.result), cell(each.name),
                       each.path.empty() ? "" : "`" + cell(each.path) + "`",
                       each.result == Result::skipped ? cell(each.text) : base::human_duration(each.milliseconds));
  for (const StairwayCase& each : cases)
    if (each.result == Result::failed)
      out += fmt::format("\n### {}\n\n````\n{}\n````\n", each.name, base::trim(each.text));
  return out;
}

nlohmann::ordered_json json_report(const Cases& cases) {
  nlohmann::ordered_json json = document();
  json["passed"] = count(cases, Result::failed) == 0;
  json["cases"] = nlohmann::ordered_json::array();
  for (const StairwayCase& each : cases) {
    nlohmann::ordered_json entry;
    entry["name"] = each.name;
    entry["path"] = each.path.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(each.path);
    entry["result"] = result_name(each.result);
    entry["text"] = each.text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(each.text);
    entry["milliseconds"] = each.milliseconds;
    json["cases"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace cli
