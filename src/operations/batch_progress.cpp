// Rows, rate and remaining time.
#include "operations/batch_progress.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace operations {

std::string grouped(long long number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3 && text[at - 4] != '-';) text.insert(at -= 3, " ");
  return text;
}

void BatchProgress::restart(long long keys) {
  first_keys_ = keys;
  started_ = {};
}

double BatchProgress::keys_per_s(const Count& count) const {
  return 1000.0 * static_cast<double>(count.keys - first_keys_) / std::max(started_.milliseconds(), 1.0);
}

std::string BatchProgress::line(const Count& count) const {
  const double rate = keys_per_s(count);
  std::string text = table_ + "  " + base::count_of(count.rows, "row");
  // An estimate that is exceeded says nothing any more.
  if (count.expected && *count.expected > count.keys) {
    text += fmt::format("  {:.0f} %",
                        100 * static_cast<double>(count.keys) / static_cast<double>(std::max(*count.expected, 1LL)));
    if (rate > 0)
      text += fmt::format("  about {} left",
                          base::human_duration(1000 * static_cast<double>(*count.expected - count.keys) / rate));
  }
  return text + fmt::format("  {} keys/s", grouped(static_cast<long long>(rate)));
}

void BatchProgress::json(const Count& count, const std::string& state) {
  const double rate = keys_per_s(count);
  nlohmann::ordered_json progress = {{"id", id_},
                                     {"table", table_},
                                     {"state", state},
                                     {"rows", count.rows},
                                     {"keys", count.keys},
                                     {"expected", nullptr},
                                     {"keys_per_s", static_cast<long long>(rate)},
                                     {"seconds_left", nullptr},
                                     {"batch_rows", count.batch_rows}};
  if (count.expected) progress["expected"] = *count.expected;
  if (count.expected && rate > 0)
    progress["seconds_left"] =
        std::max(0LL, static_cast<long long>(static_cast<double>(*count.expected - count.keys) / rate));
  console_.json_line({{"progress", progress}});
}

void BatchProgress::show(const Count& count) {
  const double every_ms = console_.shows_progress() ? 500 : 5000;
  if (shown_.milliseconds() < every_ms) return;
  shown_ = {};
  if (console_.shows_progress()) return console_.progress(line(count));
  if (console_.options().json) return json(count, "running");
  console_.info("batches", line(count));
}

void BatchProgress::done(const Count& count, const std::string& how) {
  console_.progress("");
  if (console_.options().json) json(count, how);
  console_.info("batches", fmt::format("{}  {} {} in {}", table_, base::count_of(count.rows, "row"), how,
                                       base::human_duration(started_.milliseconds())));
}

}  // namespace operations
