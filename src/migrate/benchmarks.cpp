// EXPLAIN ANALYZE in read-only transactions: the server's own time, without the network and the printing of rows.
#include "migrate/benchmarks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/value_json.hpp"
#include "operations/sql.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t most_runs = 5;
constexpr double most_milliseconds = 2000;

/// How the tables are read: the nodes of the plan that name one, in order.
void collect_scans(const ordered_json& node, std::vector<std::string>& scans) {
  if (node.contains("Relation Name") || node.contains("Index Name")) {
    std::string scan = node["Node Type"].get<std::string>();
    if (node.contains("Index Name")) scan += " using " + node["Index Name"].get<std::string>();
    if (node.contains("Relation Name")) scan += " on " + node["Relation Name"].get<std::string>();
    if (std::find(scans.begin(), scans.end(), scan) == scans.end()) scans.push_back(std::move(scan));
  }
  if (node.contains("Plans"))
    for (const ordered_json& child : node["Plans"]) collect_scans(child, scans);
}

ordered_json timed(const std::string& sql, postgres::Connection& connection) {
  ordered_json found = {{"sql", sql}};
  try {
    std::vector<double> milliseconds;
    std::vector<std::string> scans;
    for (double sum = 0; milliseconds.size() < most_runs && sum < most_milliseconds;) {
      const postgres::Result rows = connection.query(
          "SET LOCAL transaction_read_only = on; SET LOCAL lock_timeout = 1000; SET LOCAL statement_timeout = 10000; "
          "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " +
          sql);
      const ordered_json plan = ordered_json::parse(rows.text(0, 0)).at(0);
      milliseconds.push_back(plan.at("Planning Time").get<double>() + plan.at("Execution Time").get<double>());
      sum += milliseconds.back();
      scans.clear();
      collect_scans(plan.at("Plan"), scans);
    }
    std::nth_element(milliseconds.begin(), milliseconds.begin() + milliseconds.size() / 2, milliseconds.end());
    found["milliseconds"] = milliseconds[milliseconds.size() / 2];
    found["runs"] = milliseconds.size();
    found["plan"] = base::join(scans, ", ");
  } catch (const postgres::SqlError& error) {
    found["error"] = base::redact(error.diagnostics().message);
  }
  return found;
}

std::string text_of(const base::Value& benchmark, const char* side) {
  const base::Value* sql = benchmark.find(side);
  if (!sql) sql = benchmark.find("sql");
  return operations::query_text(*sql->get_if<std::string>());
}

}  // namespace

void Benchmarks::time_before(const base::Value& guide, bool up, postgres::Connection& connection) {
  open_ = ordered_json::array();
  for (const base::Value& each : guide.list("benchmarks")) {
    ordered_json entry = {{"revision", nullptr}, {"title", each.text("title")}};
    entry["within_ms"] = nullptr;
    if (const base::Value* limit = each.find("within_ms"); limit && up) entry["within_ms"] = base::to_json(*limit);
    entry["before"] = timed(text_of(each, up ? "before" : "after"), connection);
    entry["after"] = {{"sql", text_of(each, up ? "after" : "before")}};
    open_.push_back(std::move(entry));
  }
}

void Benchmarks::time_after(const std::string& revision, postgres::Connection& connection) {
  for (ordered_json& entry : open_) {
    entry["revision"] = revision;
    entry["after"] = timed(entry["after"]["sql"].get<std::string>(), connection);
    done_.push_back(std::move(entry));
  }
  open_ = ordered_json::array();
}

}  // namespace migrate
