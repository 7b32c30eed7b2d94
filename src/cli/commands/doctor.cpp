// waxwing doctor: looks at everything around a migration.
#include "migrate/doctor.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

using base::Mark;
using migrate::Finding;

const char* status_word(Mark mark) {
  switch (mark) {
    case Mark::failed: return "failed";
    case Mark::warning: return "warning";
    case Mark::unknown: return "unknown";
    default: return "ok";
  }
}

void print(base::Console& console, const Finding& finding) {
  constexpr std::size_t area_width = 12;
  console.result(
      fmt::format("{} {} {}", console.mark(finding.mark), base::pad_right(finding.area, area_width), finding.text));
  if (finding.advice.empty()) return;
  for (const std::string& line : base::split(finding.advice, '\n'))
    console.result(std::string(area_width + 3, ' ') + console.adapt("→ ") + line);
}

base::Exit run(Context& context) {
  base::Console& console = context.console;
  const std::vector<Finding> findings =
      migrate::examine(context.project(), [&](const Finding& each) { print(console, each); });
  std::size_t failed = 0, warned = 0;
  nlohmann::ordered_json json = document();
  json["findings"] = nlohmann::ordered_json::array();
  for (const Finding& each : findings) {
    failed += each.mark == Mark::failed;
    warned += each.mark == Mark::warning;
    json["findings"].push_back(
        {{"status", status_word(each.mark)}, {"area", each.area}, {"text", each.text}, {"try", each.advice}});
  }
  json["failed"] = failed;
  json["warnings"] = warned;
  if (context.json()) {
    console.json(json);
  } else {
    const auto count = [](std::size_t n, const char* what) { return base::count_of(static_cast<long long>(n), what); };
    console.result("");
    console.result(
        failed == 0
            ? fmt::format("{} nothing is in the way, {}", console.mark(Mark::ok), count(warned, "warning"))
            : fmt::format("{} {}, {}", console.mark(Mark::failed), count(failed, "failure"), count(warned, "warning")));
  }
  return failed == 0 ? base::Exit::done : base::Exit::validation_failed;
}

}  // namespace

extern const Command doctor_command;
const Command doctor_command{
    "doctor",
    "",
    "Look at everything that can be in the way of a migration, with advice.",
    0,
    0,
    {},
    run,
    "Connection, server version, pooler, rights, extensions that the migrations create, client programs, disk space,\n"
    "encoding, clocks, open transactions, locks, replication, timeouts. Nothing is changed. Exit status 6 when\n"
    "something fails."};

}  // namespace cli
