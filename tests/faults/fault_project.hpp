// The project that all sweeps work on.
#pragma once
#include <string>

namespace tests {

/// Its folder: transactions, a concurrent index build, a migration that leaves its transaction, one that uses an enum
/// value it adds, plain SQL, rows through Lua in a transaction and without one; a fix and a script; a counter tells how
/// often each was run.
const std::string& fault_project();
/// How many migrations it has: r1, r2 ...
constexpr int fault_revisions = 11;

}  // namespace tests
