// A killed run leaves nothing half done. WAXWING_FAULTS=all runs every point; WAXWING_FAULTS=<number> that many random
// ones; WAXWING_FAULT_REPLAY="upgrade F:17:cut" one of them.
#include <cstdlib>
#include <random>
#include <sstream>

#include "support/catch.hpp"
#include "sweep.hpp"

using tests::Fault;
using tests::FaultKind;
using tests::Scenario;

namespace {

const std::vector<FaultKind> all_kinds = {FaultKind::cut,  FaultKind::reset,     FaultKind::truncate, FaultKind::delay,
                                          FaultKind::kill, FaultKind::interrupt, FaultKind::terminate};
const std::string everything = "r1 r2 r3 r4 r5 r6 r7";

const std::vector<const Scenario*>& scenarios() {
  static const Scenario upgrade("upgrade", "", {"upgrade", "head"}, everything);
  static const Scenario downgrade("downgrade", "head", {"downgrade", "base"}, "");
  static const Scenario stamp("stamp", "r2", {"stamp", "r4"}, "r1 r2 r3 r4");
  static const std::vector<const Scenario*> all = {&upgrade, &downgrade, &stamp};
  return all;
}

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

unsigned seed() {
  const std::string given = setting("WAXWING_FAULT_SEED");
  static const unsigned seed = given.empty() ? std::random_device{}() : static_cast<unsigned>(std::stoul(given));
  return seed;
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
  std::printf("seed %u (WAXWING_FAULT_SEED)\n", seed());
  for (const Scenario* scenario : scenarios()) {
    std::vector<Fault> points = scenario->points(all_kinds);
    std::shuffle(points.begin(), points.end(), std::minstd_rand(seed()));
    points.resize(wanted(scenario->name() == "stamp" ? 20 : 60, points.size()));
    std::vector<std::vector<Fault>> runs;
    for (const Fault& fault : points) runs.push_back({fault});
    report(tests::sweep(*scenario, runs));
  }
}

TEST_CASE("a second fault in the recovery does no more harm", "[faults]") {
  if (!setting("WAXWING_FAULT_REPLAY").empty()) return;
  std::minstd_rand random(seed() + 1);
  for (const Scenario* scenario : scenarios()) {
    const std::vector<Fault> points =
        scenario->points({FaultKind::cut, FaultKind::reset, FaultKind::truncate, FaultKind::terminate});
    const std::vector<Fault> seconds =
        scenario->points({FaultKind::cut, FaultKind::truncate, FaultKind::kill, FaultKind::interrupt});
    std::vector<std::vector<Fault>> runs(wanted(scenario->name() == "stamp" ? 4 : 12, 400));
    for (auto& run : runs) {
      run = {points[random() % points.size()], seconds[random() % seconds.size()]};
      // Most recoveries are short.
      run[1].at = 1 + run[1].at % 40;
    }
    report(tests::sweep(*scenario, runs));
  }
}

TEST_CASE("one point again", "[faults]") {
  std::istringstream words(setting("WAXWING_FAULT_REPLAY"));
  std::string name, word;
  if (!(words >> name)) return;
  std::vector<Fault> faults;
  while (words >> word)
    if (const auto fault = Fault::parse(word)) faults.push_back(*fault);
  REQUIRE_FALSE(faults.empty());
  for (const Scenario* scenario : scenarios())
    if (scenario->name() == name) report(tests::sweep(*scenario, {faults}));
}
