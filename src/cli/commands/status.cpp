// waxwing status: where the database is, who is at work on it, and what was left half done.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/half_done.hpp"
#include "migrate/next_statement.hpp"
#include "postgres/migrator_lock.hpp"
#include "postgres/quote.hpp"

namespace cli {

namespace {

std::string on_one_line(const std::string& statement) {
  std::string text(base::trim(base::replace_all(statement, "\n", " ")));
  while (text.find("  ") != std::string::npos) text = base::replace_all(text, "  ", " ");
  return text.size() > 100 ? text.substr(0, 97) + "..." : text;
}

/// What the last run said; nothing when it was ended before it could say anything.
std::string last_error(postgres::Connection& connection, const std::string& ledger_schema) {
  const postgres::Result found = connection.query(fmt::format(
      "SELECT detail->'error'->>'what' FROM {}.run WHERE command = ANY (ARRAY['upgrade', 'downgrade', 'resume']) ORDER "
      "BY started_at DESC LIMIT 1",
      postgres::quote_identifier(ledger_schema)));
  return found.empty() ? "" : found.text(0, 0);
}

/// Nothing where a statement was interrupted: that is where it goes on.
std::optional<migrate::NextStatement> next_of(Context& context, const migrate::HalfDone& migration) {
  if (migration.intent()) return std::nullopt;
  const revisions::Revision* revision = context.graph().find(migration.revision);
  if (!revision) return migrate::NextStatement{"", "", "its file is not in the migrations folder"};
  return migrate::next_statement(context.project(), *revision, migration);
}

void print_half_done(base::Console& console, const migrate::HalfDone& migration,
                     const std::optional<migrate::NextStatement>& next, const std::string& error) {
  const bool up = migration.direction == revisions::Direction::up;
  const std::string& id = migration.revision;
  console.result("");
  console.result(fmt::format("half done  {} ({})", id, up ? "upgrade" : "downgrade"));
  for (const revisions::JournalRow& row : migration.rows)
    console.result(fmt::format("  {:>4}  {}  {}", row.ordinal, row.is_done ? "done       " : "interrupted",
                               on_one_line(row.statement)));
  if (next) {
    console.result(fmt::format("  {:>4}  next         {}", migration.done() + 1,
                               next->sql.empty() ? next->remark : on_one_line(next->sql)));
    if (!next->place.empty()) console.result(fmt::format("  {:>4}               at {}", "", next->place));
  }
  if (!error.empty()) console.result("  last error: " + error);
  console.result("");
  console.result("ways on");
  const auto way = [&](const std::string& command, const std::string& what) {
    console.result("  " + base::pad_right(command, 34) + " " + what);
  };
  way("waxwing resume", fmt::format("go on with it (waxwing {} does the same)", up ? "upgrade" : "downgrade"));
  way("waxwing resume --skip " + id, "leave the next statement out");
  if (migration.intent()) way("waxwing resume --retry " + id, "send the interrupted statement again without a look");
  way("waxwing resume --mark-done " + id, fmt::format("take the whole {} as done", up ? "upgrade" : "downgrade"));
  way("waxwing abandon " + id, "forget it; what was done stays in the database");
}

nlohmann::ordered_json half_done_json(const migrate::HalfDone& migration,
                                      const std::optional<migrate::NextStatement>& next, const std::string& error) {
  nlohmann::ordered_json json = {
      {"revision", migration.revision},
      {"direction", migration.direction == revisions::Direction::up ? "up" : "down"},
      {"statements", nlohmann::ordered_json::array()},
      {"last_error", error.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(error)}};
  for (const revisions::JournalRow& row : migration.rows)
    json["statements"].push_back(
        {{"ordinal", row.ordinal}, {"state", row.is_done ? "done" : "interrupted"}, {"statement", row.statement}});
  if (next)
    json["next"] = {{"ordinal", migration.done() + 1},
                    {"statement", next->sql.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(next->sql)},
                    {"at", next->place},
                    {"remark", next->remark}};
  return json;
}

base::Exit run(Context& context) {
  migrate::Project& project = context.project();
  const revisions::Graph& graph = context.graph();
  const std::string schema = project.config().text("ledger_schema");
  const auto connection = project.connect(migrate::Purpose::look);
  const revisions::Applied applied = revisions::applied_ids(revisions::Ledger(schema).read(*connection));
  const auto half_done = migrate::half_done(revisions::Journal(schema).read(*connection));
  const auto next = half_done ? next_of(context, *half_done) : std::nullopt;
  const std::string error = half_done ? last_error(*connection, schema) : "";
  const std::string holder = postgres::MigratorLock::holder(*connection, schema);
  std::size_t pending = 0;
  for (const revisions::Revision* revision : graph.order())
    pending += std::find(applied.begin(), applied.end(), revision->id) == applied.end();
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["at"] = migrate::position(graph, applied);
    json["pending"] = pending;
    json["lock_holder"] = holder.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(holder);
    json["half_done"] = half_done ? half_done_json(*half_done, next, error) : nlohmann::ordered_json();
    context.console.json(json);
    return base::Exit::done;
  }
  context.console.result("database   " + connection->url().masked());
  context.console.result(fmt::format("at         {}, {} pending", migrate::position(graph, applied),
                                     base::count_of(static_cast<long long>(pending), "revision")));
  context.console.result("at work    " + (holder.empty() ? "nobody" : holder));
  if (half_done) print_half_done(context.console, *half_done, next, error);
  return base::Exit::done;
}

}  // namespace

extern const Command status_command;
const Command status_command{
    "status", "", "Show where the database is, who is at work on it, and what is half done.", 0, 0, {}, run};

}  // namespace cli
