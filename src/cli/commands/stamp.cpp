// waxwing stamp: records revisions as applied without running them.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/half_done.hpp"
#include "migrate/sql_script.hpp"

namespace cli {

namespace {

struct Change {
  std::vector<const revisions::Revision*> added;
  std::vector<std::string> removed;
};

/// What has to be written so that the ledger holds exactly `wanted`.
Change difference(const revisions::Applied& applied, const std::vector<const revisions::Revision*>& wanted) {
  Change change;
  const auto is_applied = [&](const std::string& id) {
    return std::find(applied.begin(), applied.end(), id) != applied.end();
  };
  for (const revisions::Revision* revision : wanted)
    if (!is_applied(revision->id)) change.added.push_back(revision);
  for (const std::string& id : applied)
    if (std::none_of(wanted.begin(), wanted.end(), [&](const revisions::Revision* each) { return each->id == id; }))
      change.removed.push_back(id);
  return change;
}

void write(migrate::LockedDatabase& database, const Change& change) {
  std::string sql = "BEGIN; SELECT " + database.fence_sql();
  for (const std::string& id : change.removed) sql += "; " + database.ledger().unapply_sql(id);
  for (const revisions::Revision* each : change.added)
    sql += "; " + database.ledger().stamp_sql(each->id, each->message);
  database.connection().query(sql + "; COMMIT");
}

/// The ledger and the journal would tell two stories.
void refuse_half_done(const migrate::LockedDatabase& database) {
  if (const auto migration = migrate::half_done(database.journal_rows()))
    throw base::Error(base::code::half_done, fmt::format("revision {} is half done", migration->revision))
        .because("a stamp would leave what is done of it without a place in the ledger")
        .advise(fmt::format("waxwing resume    or    waxwing resume --mark-done {0}    or    waxwing abandon {0}",
                            migration->revision))
        .state("nothing was changed");
}

base::Exit run(Context& context) {
  migrate::Project& project = context.project();
  const revisions::Graph& graph = context.graph();
  const std::vector<std::string>& targets = context.arguments.positional;
  if (context.arguments.has("sql")) {
    const revisions::Range range = revisions::parse_range(targets[0]);
    revisions::Applied before;
    if (range.has_colon && !range.from.empty())
      for (const revisions::Revision* each : revisions::plan_stamp(graph, {}, {range.from})) before.push_back(each->id);
    const Change change = difference(before, revisions::plan_stamp(graph, before, {range.to}));
    context.console.raw(migrate::stamp_script(project, change.added, change.removed, before.empty()));
    return base::Exit::done;
  }
  migrate::LockedDatabase database(project, context.console);
  refuse_half_done(database);
  const revisions::Applied before = database.applied();
  const auto wanted =
      revisions::plan_stamp(graph, context.arguments.has("purge") ? revisions::Applied() : before, targets);
  database.with_reconnect([&] { write(database, difference(database.applied(), wanted)); });
  revisions::Applied after;
  for (const revisions::Revision* each : wanted) after.push_back(each->id);
  migrate::confirm_applied(database, after);
  const Change change = difference(before, wanted);
  const std::string from = migrate::position(graph, before);
  const std::string to = migrate::position(graph, after);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["command"] = "stamp";
    json["from"] = from;
    json["to"] = to;
    json["added"] = nlohmann::ordered_json::array();
    for (const revisions::Revision* each : change.added) json["added"].push_back(each->id);
    json["removed"] = change.removed;
    context.console.json(json);
  } else {
    context.console.info("migrate", fmt::format("Running stamp_revision {} -> {}", from, to));
    context.console.result(
        fmt::format("{} stamped {} -> {}; nothing was run", context.console.mark(base::Mark::ok), from, to));
  }
  return base::Exit::done;
}

}  // namespace

extern const Command stamp_command;
const Command stamp_command{"stamp",
                            "TARGET...",
                            "Record TARGET and what it needs as applied, without running anything.",
                            1,
                            64,
                            {{"--purge", nullptr, "Forget first what the ledger holds, known to the files or not."},
                             {"--sql", nullptr, "Print the SQL instead; TARGET may be a range a:b."}},
                            run,
                            "For a database whose schema was made by other means: stamp the revision that it equals."};

}  // namespace cli
