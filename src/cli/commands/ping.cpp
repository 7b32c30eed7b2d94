// waxwing ping: can the database be reached?
#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  const base::Stopwatch stopwatch;
  const auto connection = context.project().connect(migrate::Purpose::look);
  const double milliseconds = stopwatch.milliseconds();
  const std::string version = connection->parameter_status("server_version");
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["url"] = connection->url().masked();
    json["source"] = connection->url().source();
    json["server_version"] = version;
    json["milliseconds"] = milliseconds;
    context.console.json(json);
  } else {
    context.console.result(fmt::format("{} PostgreSQL {} answers at {} (from {}) in {}",
                                       context.console.mark(base::Mark::ok), version, connection->url().masked(),
                                       connection->url().source(), base::human_duration(milliseconds)));
  }
  return base::Exit::done;
}

}  // namespace

extern const Command ping_command;
const Command ping_command{"ping", "", "Connect to the database and say whether it answers, or why not.", 0, 0,
                           {},     run};

}  // namespace cli
