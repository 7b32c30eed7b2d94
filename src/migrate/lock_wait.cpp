// Between two tries: who is in the way is named, and nobody keeps step with others who wait.
#include "migrate/lock_wait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

LockWait::LockWait(base::Console& console, std::string part, std::string who)
    : console_(console), part_(std::move(part)), who_(std::move(who)) {}

bool LockWait::is_about_lock(const postgres::SqlError& error) {
  const std::string& state = error.diagnostics().sqlstate;
  return state == "55P03" || state == "40P01";
}

void LockWait::pause(const postgres::SqlError& error, const postgres::Connection& waiting, long long deadline_ms) {
  ++tries_;
  const double left = left_ms(deadline_ms);
  if (left <= 0) throw refusal(error);
  const bool is_lock = is_about_lock(error);
  if (tries_ == 1 || tries_ % 10 == 0) {
    const std::string holder = blocker();
    const std::string reason = !is_lock         ? "was cancelled by others"
                               : holder.empty() ? "must wait for a lock"
                                                : "must wait for a lock held by " + holder;
    console_.info(part_, fmt::format("{} {}; trying again for up to {}", who_, reason, base::human_duration(left)));
  }
  if (!watch_ && is_lock) watch_ = std::make_unique<BlockerWatch>(waiting.url(), waiting.backend_pid());
  // With jitter, so that several who wait do not keep step.
  const double longest = std::min({50.0 * static_cast<double>(1 << std::min(tries_ - 1, 6)), 2000.0, left + 1});
  base::clock().sleep(std::chrono::milliseconds(
      static_cast<long long>(std::uniform_real_distribution<double>(longest / 2, longest)(random_))));
  base::throw_if_interrupted();
}

Error LockWait::refusal(const postgres::SqlError& error) const {
  Error refusal(code::lock_timeout,
                fmt::format("a lock was not given in {} and {}", base::human_duration(since_start_.milliseconds()),
                            base::count_of(tries_, "try", "tries")));
  for (const std::string& place : error.places()) refusal.at(place);
  const std::string holder = blocker();
  refusal.because(holder.empty() ? error.cause() : "it is held by " + holder).advise(advice_about_blocker(holder));
  return refusal;
}

}  // namespace migrate
