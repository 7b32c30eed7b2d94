// waxwing impact: what a revision will touch.
#include "migrate/impact.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/source_search.hpp"

namespace cli {

namespace {

using migrate::Impact;
using migrate::TouchedTable;

std::string size_text(const TouchedTable& table) {
  if (!table.exists) return table.is_created ? "" : " (not there yet)";
  return fmt::format(" ({}, {})", base::count_of(table.rows, "row"),
                     base::human_size(static_cast<unsigned long long>(table.bytes)));
}

void print(base::Console& console, const Impact& impact) {
  console.result(fmt::format("{}{}{}", impact.revision, impact.message.empty() ? "" : ", ", impact.message));
  if (impact.irreversible)
    console.result(fmt::format("{} irreversible: {}", console.mark(base::Mark::warning), *impact.irreversible));
  if (!impact.statistics.empty()) {
    console.result("");
    console.result("Migration will affect:");
    for (const std::string& line : impact.statistics) console.result(line);
  }
  if (!impact.tables.empty()) {
    console.result("");
    console.result("Tables:");
  }
  for (const TouchedTable& table : impact.tables) {
    console.result(
        fmt::format("  {}{}: {}", table.name, size_text(table), base::join(migrate::change_words(table), "; ")));
    for (const migrate::Dependent& each : table.dependents)
      console.result(
          fmt::format("    {} {}{}", each.kind, each.name, each.detail.empty() ? "" : " (" + each.detail + ")"));
  }
  if (!impact.dropped_others.empty()) console.result("Drops: " + base::join(impact.dropped_others, ", "));
  if (!impact.read_tables.empty()) console.result("Reads: " + base::join(impact.read_tables, ", "));
  if (impact.tables.empty() && impact.stopped.empty() && impact.dropped_others.empty() && impact.unread.empty())
    console.result("it changes no table");
  if (!impact.unread.empty()) {
    console.result("");
    console.result(
        fmt::format("{} what these statements do cannot be seen beforehand:", console.mark(base::Mark::warning)));
    for (const std::string& each : impact.unread) console.result("  " + each);
  }
  if (!impact.tables.empty()) {
    console.result("");
    console.result(
        "Bodies of functions are searched for names only. Not seen: SQL that functions build while they run,");
    console.result("other databases, and applications (--grep DIR looks through source).");
  }
  if (!impact.stopped.empty()) {
    console.result("");
    console.result(
        fmt::format("{} the script was followed up to {}", console.mark(base::Mark::warning), impact.stopped));
  }
}

nlohmann::ordered_json to_json(const Impact& impact) {
  nlohmann::ordered_json json = document();
  json["revision"] = impact.revision;
  json["irreversible"] = impact.irreversible ? nlohmann::ordered_json(*impact.irreversible) : nlohmann::ordered_json();
  json["statistics"] = impact.statistics;
  json["tables"] = nlohmann::ordered_json::array();
  for (const TouchedTable& table : impact.tables) {
    nlohmann::ordered_json renamed = nlohmann::ordered_json::object(), dependents = nlohmann::ordered_json::array();
    for (const auto& [from, to] : table.renamed_columns) renamed[from] = to;
    for (const migrate::Dependent& each : table.dependents)
      dependents.push_back({{"kind", each.kind}, {"name", each.name}, {"detail", each.detail}});
    json["tables"].push_back(
        {{"name", table.name},
         {"exists", table.exists},
         {"rows", table.exists ? nlohmann::ordered_json(table.rows) : nlohmann::ordered_json()},
         {"bytes", table.exists ? nlohmann::ordered_json(table.bytes) : nlohmann::ordered_json()},
         {"created", table.is_created},
         {"dropped", table.is_dropped},
         {"written", table.is_written},
         {"rewritten", table.is_rewritten},
         {"renamed_to", table.renamed_to.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(table.renamed_to)},
         {"added_columns", table.added_columns},
         {"dropped_columns", table.dropped_columns},
         {"renamed_columns", renamed},
         {"retyped_columns", table.retyped_columns},
         {"dependents", dependents}});
  }
  json["dropped"] = impact.dropped_others;
  json["reads"] = impact.read_tables;
  json["unread"] = impact.unread;
  json["stopped"] = impact.stopped.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(impact.stopped);
  return json;
}

/// Prints the lines of source, or adds them to the document.
void search(Context& context, const Impact& impact, nlohmann::ordered_json& json) {
  const std::string folder = context.arguments.value("grep");
  const std::string below = folder.starts_with("/") ? folder : context.directory() + "/" + folder;
  const std::vector<std::string> words = migrate::names_in_source(impact);
  const migrate::SourceMatches found = migrate::search_source(below, words);
  json["source"] = nlohmann::ordered_json::array();
  if (!context.json()) {
    context.console.result("");
    context.console.result(words.empty() ? "Nothing is dropped or renamed, so no source is searched for"
                                         : fmt::format("Source in {} that says {}:", folder, base::join(words, ", ")));
  }
  for (const migrate::SourceLine& line : found.lines) {
    const std::string path = folder + line.path.substr(below.size());
    json["source"].push_back({{"path", path}, {"line", line.line}, {"text", line.text}, {"words", line.words}});
    context.console.result(fmt::format("  {}:{}: {}", path, line.line, line.text));
  }
  if (!words.empty())
    context.console.result(
        fmt::format("{} in {}{}", base::count_of(static_cast<long long>(found.lines.size()), "line"),
                    base::count_of(static_cast<long long>(found.files_read), "file"),
                    found.files_skipped == 0 ? "" : fmt::format(", {} binary or too large", found.files_skipped)));
}

base::Exit run(Context& context) {
  migrate::Project& project = context.project();
  const auto connection = project.connect(migrate::Purpose::check);
  const revisions::Applied applied =
      revisions::applied_ids(revisions::Ledger(project.config().text("ledger_schema")).read(*connection));
  const auto chosen = revisions::resolve_target(context.graph(), applied, context.argument(0));
  if (chosen.size() != 1)
    throw base::Error(base::code::bad_target, fmt::format("\"{}\" is not one revision", context.argument(0)))
        .advise("waxwing history");
  const Impact impact = migrate::find_impact(project, *chosen.front(), *connection);
  nlohmann::ordered_json json = to_json(impact);
  if (!context.json()) print(context.console, impact);
  if (std::find(applied.begin(), applied.end(), impact.revision) != applied.end())
    context.console.warn("impact", impact.revision + " is applied already: this is what it would do once more");
  if (context.arguments.has("grep")) search(context, impact, json);
  if (context.json()) context.console.json(json);
  return base::Exit::done;
}

}  // namespace

extern const Command impact_command;
const Command impact_command{
    "impact",
    "REV [--grep DIR]",
    "Show what a revision will touch: tables, columns, rows, what depends on them.",
    1,
    1,
    {{"--grep", "DIR", "List the lines of source in DIR that mention what is dropped or renamed."}},
    run,
    "The script is followed without changing anything: what it asks is answered by the database, in a read-only\n"
    "transaction, what it would change is only noted. A script that asks for what it has just changed can be followed\n"
    "up to there. --grep looks for tables, columns and the usual names of models (books: Book, BookBase, BookPublic)."};

}  // namespace cli
