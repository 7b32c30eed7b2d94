// Sweeps: many points of a scenario on a few workers, and a table of what they came to.
#pragma once
#include <vector>

#include "scenario.hpp"

namespace tests {

/// Runs the points and prints a line for each kind of fault. Returns the verdicts with a complaint. Points that stop
/// the server have one of their own for each worker.
std::vector<Verdict> sweep(const Scenario& scenario, const std::vector<std::vector<Fault>>& points);

/// Prints what all sweeps so far came to.
void print_totals();

}  // namespace tests
