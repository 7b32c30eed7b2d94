// waxwing plan: what an upgrade or downgrade would do.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/half_done.hpp"
#include "migrate/segments.hpp"
#include "revisions/journal.hpp"

namespace cli {

namespace {

revisions::Applied applied_from(Context& context, const std::string& from) {
  const revisions::Graph& graph = context.graph();
  if (from == "base" || from.empty()) return {};
  revisions::Applied applied;
  for (const revisions::Revision* each : graph.ancestors(revisions::resolve_target(graph, {}, from)))
    applied.push_back(each->id);
  return applied;
}

/// A target below the position, or "-1" and "base", goes down.
bool goes_down(const revisions::Graph& graph, const revisions::Applied& applied, const std::string& target) {
  if (target.starts_with("-") || target == "base" || target.ends_with("@base") ||
      target.find("@-") != std::string::npos)
    return true;
  if (target.starts_with("+") || target == "head" || target == "heads" || target.ends_with("@head")) return false;
  const auto wanted = revisions::resolve_target(graph, applied, target);
  if (wanted.empty()) return true;
  for (const revisions::Revision* revision : wanted)
    if (std::find(applied.begin(), applied.end(), revision->id) == applied.end()) return false;
  return true;
}

/// How many statements of the step are done already; nothing where it was not begun.
std::optional<std::size_t> statements_done(const std::optional<migrate::HalfDone>& half, const revisions::Step& step) {
  if (!half || half->revision != step.revision->id || half->direction != step.direction) return std::nullopt;
  return half->done();
}

base::Exit run(Context& context) {
  const revisions::Graph& graph = context.graph();
  const revisions::Range range = revisions::parse_range(context.argument(0, "head"));
  const bool has_from = context.arguments.has("from") || (range.has_colon && !range.from.empty());
  const std::string target = range.to.empty() ? "head" : range.to;
  revisions::Applied applied;
  std::unique_ptr<postgres::Connection> connection;
  std::optional<migrate::HalfDone> half;
  if (has_from) {
    applied = applied_from(context, context.arguments.has("from") ? context.arguments.value("from") : range.from);
  } else {
    // The names of a script are looked up as it would look them up.
    connection = context.project().connect(migrate::Purpose::check);
    const std::string schema = context.project().config().text("ledger_schema");
    applied = revisions::applied_ids(revisions::Ledger(schema).read(*connection));
    half = migrate::half_done(revisions::Journal(schema).read(*connection));
  }
  const std::vector<revisions::Step> steps = goes_down(graph, applied, target)
                                                 ? revisions::plan_downgrade(graph, applied, target)
                                                 : revisions::plan_upgrade(graph, applied, target);
  const std::string from = migrate::position(graph, applied);
  // What is in the database now tells of the first step alone.
  std::vector<std::string> keys;
  if (connection && !steps.empty()) {
    connection->query("BEGIN READ ONLY");
    keys = migrate::foretold_keys(context.project(), steps.front(), *connection);
    connection->query("ROLLBACK");
  }
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["from"] = from;
    json["target"] = target;
    json["steps"] = nlohmann::ordered_json::array();
    for (const revisions::Step& step : steps) {
      json["steps"].push_back(step_json(step));
      json["steps"].back()["outside_transaction"] = migrate::statements_outside(context.project(), step);
      json["steps"].back()["statements_done"] = statements_done(half, step).value_or(0);
      json["steps"].back()["keys"] = &step == &steps.front() ? keys : std::vector<std::string>();
    }
    context.console.json(json);
    return base::Exit::done;
  }
  if (steps.empty()) {
    context.console.result("nothing to do: at " + from);
    return base::Exit::done;
  }
  context.console.result(
      fmt::format("from {} to {}, {}", from, target, base::count_of(static_cast<long long>(steps.size()), "step")));
  for (const revisions::Step& step : steps) {
    const bool up = step.direction == revisions::Direction::up;
    std::string line =
        fmt::format("  {} {}  {}", up ? "upgrade  " : "downgrade", step.revision->id, step.revision->message);
    if (!step.revision->transactional) line += "  [no transaction]";
    if (step.revision->irreversible) line += up ? "  [IRREVERSIBLE]" : "  [IRREVERSIBLE: cannot be undone]";
    context.console.result(line);
    if (const auto done = statements_done(half, step))
      context.console.result(
          fmt::format("            half done: {} {} done and kept, goes on behind {} (waxwing status)",
                      base::count_of(static_cast<long long>(*done), "statement"), *done == 1 ? "is" : "are",
                      *done == 1 ? "it" : "them"));
    for (const std::string& statement : migrate::statements_outside(context.project(), step))
      context.console.result("            commits, then runs alone: " + statement);
    if (&step == &steps.front())
      for (const std::string& each : keys) context.console.result("            " + each);
  }
  return base::Exit::done;
}

}  // namespace

extern const Command plan_command;
const Command plan_command{"plan",
                           "[TARGET] [--from REV]",
                           "Show the steps that lead to TARGET (head by default), without taking them.",
                           0,
                           1,
                           {{"--from", "REV", "Start at REV (or base) and ask no database."}},
                           run,
                           "TARGET may be a range a:b, which needs no database either."};

}  // namespace cli
