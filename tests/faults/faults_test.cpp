// A killed run leaves nothing half done. WAXWING_FAULTS=all runs every point; WAXWING_FAULTS=<number> that many random
// ones of each scenario; WAXWING_FAULT_SCENARIOS="upgrade stamp" and WAXWING_FAULT_KINDS="cut stop" leave out the rest;
// WAXWING_FAULT_REPLAY="upgrade F:17:cut" runs one of them.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <sstream>

#include "support/catch.hpp"
#include "support/seed.hpp"
#include "sweep.hpp"

using tests::Fault;
using tests::FaultKind;
using tests::Scenario;

namespace {

const std::vector<FaultKind> all_kinds = {FaultKind::cut,       FaultKind::reset, FaultKind::truncate,
                                          FaultKind::delay,     FaultKind::kill,  FaultKind::interrupt,
                                          FaultKind::terminate, FaultKind::stop,  FaultKind::partition};

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Is the word in the list that the setting gives? Without the setting every word is.
bool is_chosen(const char* list, const std::string& word) {
  std::istringstream words(setting(list));
  std::string each;
  if (!(words >> each)) return true;
  do {
    if (each == word) return true;
  } while (words >> each);
  return false;
}

struct NamedScenario {
  std::string name;
  std::function<std::unique_ptr<Scenario>(const std::string& name)> make;
  /// How many points of it, and how many pairs, an ordinary test run takes.
  std::size_t points, pairs;
};

/// r4 stopped before its index build: its first statement and the intent are in the journal.
const tests::Beginning half_up{{{"upgrade", "r4"}}, "CREATE UNIQUE INDEX CONCURRENTLY"};
const tests::Beginning half_down{{{"upgrade", "r3"}, {"downgrade", "r2"}}, "DROP INDEX CONCURRENTLY"};

const std::vector<std::string> run_fix = {"fix", "run", "change", "--commit"};

const std::vector<NamedScenario>& scenarios() {
  const auto of = [](tests::Beginning beginning, std::vector<std::string> command, std::string after) {
    return [=](const std::string& name) { return std::make_unique<Scenario>(name, beginning, command, after); };
  };
  static const std::vector<NamedScenario> all = {
      {"upgrade", of({}, {"upgrade", "head"}, "r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11"), 50, 10},
      {"downgrade", of({{{"upgrade", "head"}}}, {"downgrade", "base"}, ""), 40, 10},
      {"transform", of({{{"upgrade", "r7"}}}, {"upgrade", "r9"}, "r1 r2 r3 r4 r5 r6 r7 r8 r9"), 40, 10},
      {"transform-down", of({{{"upgrade", "r9"}}}, {"downgrade", "r7"}, "r1 r2 r3 r4 r5 r6 r7"), 16, 4},
      {"retype", of({{{"upgrade", "r10"}}}, {"upgrade", "head"}, "r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11"), 12, 3},
      {"restore-keys", of({{{"upgrade", "head"}}}, {"downgrade", "r10"}, "r1 r2 r3 r4 r5 r6 r7 r8 r9 r10"), 12, 3},
      {"stamp", of({{{"upgrade", "r2"}}}, {"stamp", "r4"}, "r1 r2 r3 r4"), 12, 3},
      {"half-done", of(half_up, {"upgrade", "r5"}, "r1 r2 r3 r4 r5"), 12, 3},
      {"resume", of(half_up, {"resume"}, "r1 r2 r3 r4"), 12, 3},
      {"resume-retry", of(half_up, {"resume", "--retry", "r4"}, "r1 r2 r3 r4"), 8, 2},
      {"resume-skip", of(half_up, {"resume", "--skip", "r4"}, "r1 r2 r3 r4"), 8, 2},
      {"mark-done", of(half_up, {"resume", "--mark-done", "r4"}, "r1 r2 r3 r4"), 8, 2},
      {"abandon", of(half_up, {"abandon", "r4"}, "r1 r2 r3"), 8, 2},
      {"backfill", of({{{"upgrade", "r9"}}}, {"upgrade", "r10"}, "r1 r2 r3 r4 r5 r6 r7 r8 r9 r10"), 24, 4},
      {"resume-down", of(half_down, {"resume"}, "r1 r2"), 8, 2},
      {"fix", of({{{"upgrade", "r2"}}}, run_fix, "r1 r2 fix"), 12, 3},
      {"fix-undo", of({{{"upgrade", "r2"}, run_fix}}, {"fix", "undo", "RUN"}, "r1 r2 fix undo"), 12, 3},
      {"script", of({{{"upgrade", "r2"}}}, {"run", "change.lua"}, "r1 r2 script"), 12, 3},
  };
  return all;
}

/// Made once, with its clean runs, for all tests.
const Scenario& scenario(const NamedScenario& named) {
  static std::map<std::string, std::unique_ptr<Scenario>> made;
  std::unique_ptr<Scenario>& scenario = made[named.name];
  if (!scenario) scenario = named.make(named.name);
  return *scenario;
}

/// How many of `available` points are run.
std::size_t wanted(std::size_t usual, std::size_t available) {
  const std::string given = setting("WAXWING_FAULTS");
  if (given == "all") return available;
  return std::min(available, given.empty() ? usual : static_cast<std::size_t>(std::stoul(given)));
}

void report(const std::vector<tests::Verdict>& bad) {
  for (const tests::Verdict& verdict : bad) {
    INFO("replay with WAXWING_FAULT_REPLAY=\"" << verdict.point << "\"\n" << verdict.complaint);
    CHECK(verdict.complaint.empty());
  }
  CHECK(bad.empty());
}

}  // namespace

TEST_CASE("a fault at any message leaves a prefix, and one more run converges", "[faults]") {
  if (!setting("WAXWING_FAULT_REPLAY").empty()) return;
  std::printf("seed %u (WAXWING_SEED)\n", tests::seed());
  std::vector<FaultKind> kinds;
  for (const FaultKind kind : all_kinds)
    if (is_chosen("WAXWING_FAULT_KINDS", tests::fault_names[static_cast<std::size_t>(kind)])) kinds.push_back(kind);
  for (const NamedScenario& each : scenarios()) {
    if (!is_chosen("WAXWING_FAULT_SCENARIOS", each.name)) continue;
    std::vector<Fault> points = scenario(each).points(kinds);
    std::shuffle(points.begin(), points.end(), std::minstd_rand(tests::seed()));
    points.resize(wanted(each.points, points.size()));
    std::vector<std::vector<Fault>> runs;
    for (const Fault& fault : points) runs.push_back({fault});
    report(tests::sweep(scenario(each), runs));
  }
  tests::print_totals();
}

TEST_CASE("a second fault in the recovery does no more harm", "[faults]") {
  if (!setting("WAXWING_FAULT_REPLAY").empty() || !is_chosen("WAXWING_FAULT_KINDS", "pairs")) return;
  std::minstd_rand random(tests::seed() + 1);
  for (const NamedScenario& each : scenarios()) {
    if (!is_chosen("WAXWING_FAULT_SCENARIOS", each.name)) continue;
    // A client that is ended has no recovery.
    const std::vector<Fault> points =
        scenario(each).points({FaultKind::cut, FaultKind::reset, FaultKind::truncate, FaultKind::terminate,
                               FaultKind::partition, FaultKind::stop});
    std::vector<std::vector<Fault>> runs(wanted(each.pairs, each.points > 20 ? 300 : 90));
    for (auto& run : runs) {
      // Most recoveries are short.
      run = {points[random() % points.size()],
             {random() % 2 ? 'F' : 'B', static_cast<int>(1 + random() % 40), all_kinds[random() % all_kinds.size()]}};
    }
    report(tests::sweep(scenario(each), runs));
  }
  tests::print_totals();
}

TEST_CASE("one point again", "[faults]") {
  std::istringstream words(setting("WAXWING_FAULT_REPLAY"));
  std::string name, word;
  if (!(words >> name)) return;
  std::vector<Fault> faults;
  while (words >> word)
    if (const auto fault = Fault::parse(word)) faults.push_back(*fault);
  REQUIRE_FALSE(faults.empty());
  for (const NamedScenario& each : scenarios())
    if (each.name == name) report(tests::sweep(scenario(each), {faults}));
}
