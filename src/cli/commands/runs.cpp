// waxwing runs: batched work that is under way or stopped in the middle, and wishes for it.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "revisions/checkpoint.hpp"

namespace cli {

namespace {

using revisions::Checkpoint;

/// What somebody who looks wants to know: "running" of a session that is gone would be a lie.
std::string state_of(const Checkpoint& run) {
  if (run.state == "cancelled") return "cancelled";
  if (!run.is_under_way) return "stopped";
  if (run.requested == "cancel") return "cancelling";
  if (run.requested == "pause" && run.state != "paused") return "pausing";
  return run.state;
}

bool moves(const Checkpoint& run) { return run.is_under_way && run.state == "running"; }

std::string remaining(const Checkpoint& run) {
  if (!moves(run)) return {};
  const std::optional<double> seconds = run.seconds_left();
  return seconds ? base::human_duration(*seconds * 1000) : "unknown";
}

std::string percent(const Checkpoint& run) {
  if (!run.keys_expected || *run.keys_expected == 0 || *run.keys_expected < run.keys_passed) return {};
  return fmt::format("{:.0f} %", 100 * static_cast<double>(run.keys_passed) / static_cast<double>(*run.keys_expected));
}

nlohmann::ordered_json to_json(const Checkpoint& run) {
  nlohmann::ordered_json json = {{"id", run.id},
                                 {"revision", run.revision},
                                 {"direction", run.direction},
                                 {"table", run.table},
                                 {"statement", run.statement},
                                 {"state", state_of(run)},
                                 {"rows", run.rows_done},
                                 {"keys", run.keys_passed},
                                 {"expected", nullptr},
                                 {"sweep", run.sweep},
                                 {"keys_per_s", static_cast<long long>(run.keys_per_s)},
                                 {"seconds_left", nullptr},
                                 {"started_at", run.started_at},
                                 {"at", run.at}};
  if (run.keys_expected) json["expected"] = *run.keys_expected;
  if (const std::optional<double> seconds = run.seconds_left(); seconds && moves(run))
    json["seconds_left"] = static_cast<long long>(*seconds);
  return json;
}

void print(base::Console& console, const std::vector<Checkpoint>& runs) {
  TextTable table{"",
                  {{"id", true},
                   {"revision"},
                   {"table"},
                   {"state"},
                   {"rows", true},
                   {"done", true},
                   {"keys/s", true},
                   {"remaining"},
                   {"last batch"}},
                  {}};
  for (const Checkpoint& run : runs)
    table.rows.push_back({std::to_string(run.id), run.revision, run.table, state_of(run), std::to_string(run.rows_done),
                          percent(run), moves(run) ? fmt::format("{:.0f}", run.keys_per_s) : "", remaining(run),
                          run.at});
  for (const std::string& line : table.lines()) console.result(line);
  console.result("");
  for (const Checkpoint& run : runs) {
    console.result(fmt::format("{}: {}", run.id, base::replace_all(run.statement, "\n", " ")));
    if (!run.is_under_way)
      console.result(fmt::format("   waxwing resume    goes on behind the last row; waxwing abandon {}    forgets it",
                                 run.revision));
    else if (run.state == "paused")
      console.result(fmt::format("   waxwing runs resume {}    waxwing runs cancel {}", run.id, run.id));
    else
      console.result(fmt::format("   waxwing runs pause {}    waxwing runs cancel {}", run.id, run.id));
  }
}

base::Exit list(Context& context, const revisions::Checkpoints& checkpoints) {
  const auto connection = context.project().connect(migrate::Purpose::look);
  const std::vector<Checkpoint> runs = checkpoints.read(*connection);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["runs"] = nlohmann::ordered_json::array();
    for (const Checkpoint& run : runs) json["runs"].push_back(to_json(run));
    context.console.json(json);
  } else if (runs.empty()) {
    context.console.result("nothing is under way, and nothing stopped in the middle");
  } else {
    print(context.console, runs);
  }
  return base::Exit::done;
}

base::Exit ask(Context& context, const revisions::Checkpoints& checkpoints, const std::string& word) {
  const std::string id = context.argument(1);
  if (id.empty())
    throw base::Error(base::code::usage, fmt::format("waxwing runs {} needs the id of a backfill", word))
        .advise("waxwing runs    lists them with their ids");
  const auto connection = context.project().connect(migrate::Purpose::look);
  const Checkpoint run = checkpoints.request(*connection, id, word == "resume" ? "" : word);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["id"] = run.id;
    json["table"] = run.table;
    json["asked"] = word;
    context.console.json(json);
    return base::Exit::done;
  }
  const char* what = word == "pause"    ? "will pause after the batch at work"
                     : word == "cancel" ? "will stop after the batch at work; what is done is kept"
                                        : "goes on";
  context.console.result(
      fmt::format("{} {} of revision {} {}", context.console.mark(base::Mark::ok), run.table, run.revision, what));
  return base::Exit::done;
}

base::Exit run(Context& context) {
  const revisions::Checkpoints checkpoints(context.project().config().text("ledger_schema"));
  const std::string word = context.argument(0);
  if (word.empty()) return list(context, checkpoints);
  if (word == "pause" || word == "resume" || word == "cancel") return ask(context, checkpoints, word);
  throw base::Error(base::code::usage, fmt::format("there is no waxwing runs {}{}", word,
                                                   base::did_you_mean_suffix(word, {"pause", "resume", "cancel"})))
      .advise("waxwing runs [pause | resume | cancel ID]");
}

}  // namespace

extern const Command runs_command;
const Command runs_command{
    "runs",
    "[pause | resume | cancel ID]",
    "List backfills that are under way or stopped in the middle; pause one, let it go on, cancel it.",
    0,
    2,
    {},
    run,
    "A paused backfill keeps the migrator lock and waits outside of any transaction. A cancelled one ends the\n"
    "run that it is part of; what it did is kept, and the same command goes on behind the last row."};

}  // namespace cli
