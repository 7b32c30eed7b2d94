// waxwing ensure_version: makes the ledger.
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/sql_script.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  if (context.arguments.has("sql")) {
    context.console.raw(migrate::ledger_script(context.project()));
    return base::Exit::done;
  }
  migrate::LockedDatabase database(context.project(), context.console);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["ledger_schema"] = database.ledger().schema();
    json["version"] = database.ledger().read_version(database.connection());
    context.console.json(json);
  } else {
    context.console.result(fmt::format("{} the ledger is in schema \"{}\"", context.console.mark(base::Mark::ok),
                                       database.ledger().schema()));
  }
  return base::Exit::done;
}

}  // namespace

extern const Command ensure_version_command;
const Command ensure_version_command{"ensure_version",
                                     "",
                                     "Make the ledger's schema and tables if they are missing.",
                                     0,
                                     0,
                                     {{"--sql", nullptr, "Print the SQL instead."}},
                                     run};

}  // namespace cli
