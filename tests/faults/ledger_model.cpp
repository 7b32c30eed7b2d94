// The model knows no transactions, no locks and no recovery: that is what makes it one.
#include "ledger_model.hpp"

#include <fmt/format.h>

namespace tests {

std::string LedgerModel::text() const {
  std::string text = "at " + name_of(level);
  if (half)
    text += fmt::format(", {} of {} half done ({})", half->up ? "upgrade" : "downgrade", name_of(half->revision),
                        half->done);
  for (const auto& [line, times] : log) text += fmt::format("\n  {} * {}", line, times);
  return text;
}

void LedgerModel::write(int revision, bool up, int first, int last) {
  const std::string prefix =
      name_of(revision) + (up ? fmt::format(" up v{}", version[static_cast<std::size_t>(revision)]) : " down");
  if (!leaves_transaction(revision)) {
    if (last == finished) ++log[prefix];
    return;
  }
  if (first <= 1 && last >= 1) ++log[prefix + " first"];
  if (first <= 3 && last >= 3) ++log[prefix + " last"];
}

void LedgerModel::step(bool up, int statements) {
  const int revision = up ? level + 1 : level;
  const int begun = half ? half->done : 0;
  write(revision, up, begun + 1, statements);
  half.reset();
  if (statements < finished) {
    if (statements > 0 || begun > 0) half = {revision, up, statements};
    return;
  }
  level += up ? 1 : -1;
  stamped[static_cast<std::size_t>(revision)] = false;
}

bool LedgerModel::go(int target) {
  if (target == level) return true;
  const bool up = target > level;
  if (half && half->up != up) return false;
  while (level != target) step(up, finished);
  return true;
}

}  // namespace tests
