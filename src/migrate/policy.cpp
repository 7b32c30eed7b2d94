// Hours are read here; the rest asks the project.
#include "migrate/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/error.hpp"
#include "base/text.hpp"

namespace migrate {

using base::Error;
using revisions::Direction;
using revisions::Step;
namespace code = base::code;

namespace {

constexpr std::array<const char*, 7> day_names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr int minutes_a_day = 24 * 60;

Error bad_hours(const std::string& hours) {
  return Error(code::bad_config, fmt::format("allowed_hours = \"{}\" is not understood", hours))
      .because("a time is 20:00-06:00, days before it are Mon-Fri or Sat, several are parted by commas")
      .advise("allowed_hours = \"Mon-Fri 20:00-06:00, Sat-Sun 00:00-24:00\"");
}

/// 0 for Sunday; -1 for no day.
int day_of(std::string_view name) {
  const auto found = std::find_if(day_names.begin(), day_names.end(),
                                  [&](const char* day) { return base::lower(day) == base::lower(name); });
  return found == day_names.end() ? -1 : static_cast<int>(found - day_names.begin());
}

struct Window {
  std::array<bool, 7> days{};
  int begin = 0, end = 0;  // minutes of the day
};

Window parse_window(const std::string& text, const std::string& hours) {
  Window window;
  const std::string_view trimmed = base::trim(text);
  const std::size_t blank = trimmed.find(' ');
  const std::string_view time = blank == std::string_view::npos ? trimmed : base::trim(trimmed.substr(blank));
  int from_hour = 0, from_minute = 0, to_hour = 0, to_minute = 0, read = 0;
  const std::string copy(time);
  if (std::sscanf(copy.c_str(), "%2d:%2d-%2d:%2d%n", &from_hour, &from_minute, &to_hour, &to_minute, &read) != 4 ||
      static_cast<std::size_t>(read) != copy.size())
    throw bad_hours(hours);
  window.begin = from_hour * 60 + from_minute;
  window.end = to_hour * 60 + to_minute;
  if (window.begin < 0 || window.begin > minutes_a_day || window.end < 0 || window.end > minutes_a_day ||
      from_minute > 59 || to_minute > 59)
    throw bad_hours(hours);
  if (blank == std::string_view::npos) {
    window.days.fill(true);
    return window;
  }
  const std::string_view days = trimmed.substr(0, blank);
  const std::size_t dash = days.find('-');
  const int first = day_of(days.substr(0, dash));
  const int last = dash == std::string_view::npos ? first : day_of(days.substr(dash + 1));
  if (first < 0 || last < 0) throw bad_hours(hours);
  for (int day = first;; day = (day + 1) % 7) {
    window.days[static_cast<std::size_t>(day)] = true;
    if (day == last) break;
  }
  return window;
}

bool holds(const Window& window, int day, int minute) {
  const auto is_on = [&](int which) { return window.days[static_cast<std::size_t>((which + 7) % 7)]; };
  if (window.begin <= window.end) return is_on(day) && minute >= window.begin && minute < window.end;
  return (is_on(day) && minute >= window.begin) || (is_on(day - 1) && minute < window.end);
}

}  // namespace

bool is_within_hours(const std::string& hours, const std::tm& local) {
  bool is_within = false;
  for (const std::string& part : base::split(hours, ','))
    is_within = holds(parse_window(part, hours), local.tm_wday, local.tm_hour * 60 + local.tm_min) || is_within;
  return is_within;
}

void refuse_by_policy(Project& project, const std::vector<Step>& steps, bool is_waived) {
  const Config& config = project.config();
  if (config.has("allowed_hours") && !is_waived) {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    if (!is_within_hours(config.text("allowed_hours"), local))
      throw Error(code::outside_hours, "migrations are not run here at this hour")
          .because(fmt::format("allowed_hours is \"{}\", and it is {:02}:{:02} on {} here",
                               config.text("allowed_hours"), local.tm_hour, local.tm_min,
                               day_names[static_cast<std::size_t>(local.tm_wday)]))
          .advise("wait, or say --outside-hours")
          .state("nothing was changed");
  }
  if (!config.boolean("require_preflight")) return;
  for (const Step& step : steps)
    if (step.direction == Direction::up && project.open(*step.revision)->preflight().empty())
      throw Error(code::no_preflight, fmt::format("revision {} has no pre-flight checks", step.revision->id))
          .at(step.revision->path)
          .because("require_preflight is set")
          .advise("m.preflight = { check.no_rows { ... } }    waxwing help check")
          .state("nothing was changed");
}

std::vector<std::string> irreversible_steps(const std::vector<Step>& steps) {
  std::vector<std::string> ids;
  for (const Step& step : steps)
    if (step.direction == Direction::up && step.revision->irreversible) ids.push_back(step.revision->id);
  return ids;
}

}  // namespace migrate
