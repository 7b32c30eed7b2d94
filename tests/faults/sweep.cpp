// Workers take one point after the other.
#include "sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "workspace.hpp"

namespace tests {

namespace {

/// More than there are processors on a small machine: a point waits more than it works.
int workers() {
  const char* given = std::getenv("WAXWING_FAULT_WORKERS");
  return given ? std::atoi(given) : 3;
}

using Points = std::vector<std::vector<Fault>>;

struct Line {
  int points = 0, hit = 0, same_run = 0, one_more_run = 0, bad = 0;

  void add(const Verdict& verdict) {
    ++points;
    hit += verdict.was_hit;
    if (!verdict.complaint.empty())
      ++bad;
    else if (verdict.was_hit)
      ++(verdict.status == 0 ? same_run : one_more_run);
  }
  void print(const std::string& scenario, const std::string& kind) const {
    fmt::print("{:16} {:11} {:>6} {:>6} {:>9} {:>12} {:>4}\n", scenario, kind, points, hit, same_run, one_more_run,
               bad);
  }
};

Line& total() {
  static Line line;
  return line;
}

void print_heading() {
  static const bool printed = [] {
    fmt::print("{:16} {:11} {:>6} {:>6} {:>9} {:>12} {:>4}\n", "scenario", "fault", "points", "hit", "same run",
               "one more run", "bad");
    return true;
  }();
  static_cast<void>(printed);
}

bool stops_server(const std::vector<Fault>& faults) {
  return std::any_of(faults.begin(), faults.end(), [](const Fault& fault) { return fault.kind == FaultKind::stop; });
}

std::vector<Verdict> run_all(const Scenario& scenario, const Points& points, bool owns_server) {
  std::vector<Verdict> verdicts(points.size());
  std::atomic<std::size_t> next = 0, done = 0;
  const auto work = [&] {
    if (next >= points.size()) return;
    const auto borrowed = Workspace::borrow(owns_server);
    Workspace& workspace = *borrowed;
    for (std::size_t i = next++; i < points.size(); i = next++) {
      try {
        verdicts[i] = scenario.run(points[i], workspace);
      } catch (const std::exception& error) {
        verdicts[i].point = scenario.name();
        for (const Fault& fault : points[i]) verdicts[i].point += " " + fault.text();
        verdicts[i].kind = points[i].front().kind_name();
        verdicts[i].complaint = std::string("the test itself failed: ") + error.what();
        workspace.wait_for_server();
      }
      if (++done % 500 == 0) fmt::print(stderr, "{}: {} of {} points\n", scenario.name(), done.load(), points.size());
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < workers(); ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return verdicts;
}

}  // namespace

std::vector<Verdict> sweep(const Scenario& scenario, const Points& points) {
  Points with_stop, without;
  for (const auto& faults : points) (stops_server(faults) ? with_stop : without).push_back(faults);
  std::vector<Verdict> verdicts = run_all(scenario, without, false);
  for (Verdict& verdict : run_all(scenario, with_stop, true)) verdicts.push_back(std::move(verdict));
  std::map<std::string, Line> lines;
  std::vector<Verdict> bad;
  for (const Verdict& verdict : verdicts) {
    lines[verdict.kind].add(verdict);
    total().add(verdict);
    if (!verdict.complaint.empty()) bad.push_back(verdict);
  }
  print_heading();
  for (const auto& [kind, line] : lines) line.print(scenario.name(), kind);
  std::fflush(stdout);
  return bad;
}

void print_totals() {
  total().print("all so far", "");
  std::fflush(stdout);
}

}  // namespace tests
