// waxwing fix: changes rows by hand, with a dry run, a reason and an undo.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/fix_history.hpp"
#include "cli/fix_output.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "migrate/fixes/undo_fix.hpp"

namespace cli {

using base::Error;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

constexpr const char* folder = "fixes";

constexpr const char* fix_template = R"(--- What this fix is for.
local f = fix {{
  name = "{0}",
  reason = "why the rows are wrong",
  ticket = "",
  touches = {{ "table_name" }},
  params = {{
    -- tenant = {{ "Tenant id", type = "uuid", required = true }},
  }},
  expect_rows = {{ max = 100 }},
}}

f.preflight = {{}}

function f.run(params)
  -- db.execute("update table_name set ... where ... = $1", params.tenant)
end

f.verify = {{}}

return f
)";

base::Exit create(Context& context) {
  const std::string name = context.argument(1);
  const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::islower(c) || std::isdigit(c) || c == '-' || c == '_';
  });
  if (!is_name)
    throw Error(code::usage, fmt::format("\"{}\" is no name for a fix", name))
        .because("a name is made of a to z, digits, - and _");
  const migrate::Project& project = context.project();
  const std::string path =
      fmt::format("{}/{}_{}.lua", folder, base::local_timestamp(base::clock().now()).substr(0, 4), name);
  if (base::file_exists(project.absolute(path)))
    throw Error(code::file_exists, path + " is there already").state("nothing was written");
  fs::create_directories(project.absolute(folder));
  base::write_file(project.absolute(path), fmt::format(fix_template, name));
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["path"] = path;
    context.console.json(json);
  } else {
    context.console.result(path);
  }
  return base::Exit::done;
}

std::vector<std::string> fix_files(const migrate::Project& project) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(project.absolute(folder), ignored))
    if (entry.path().extension() == ".lua")
      files.push_back(std::string(folder) + "/" + entry.path().filename().string());
  std::sort(files.begin(), files.end());
  return files;
}

nlohmann::ordered_json json_of_header(const script::FixHeader& header, const std::string& path) {
  nlohmann::ordered_json json = {{"path", path},
                                 {"name", header.name},
                                 {"reason", header.reason},
                                 {"ticket", header.ticket},
                                 {"touches", header.touches},
                                 {"needs_revision", nullptr},
                                 {"parameters", nlohmann::ordered_json::array()}};
  if (!header.needs_revision.empty()) json["needs_revision"] = header.needs_revision;
  for (const script::FixParameter& each : header.parameters)
    json["parameters"].push_back({{"name", each.name},
                                  {"doc", each.doc},
                                  {"type", each.type},
                                  {"required", each.is_required},
                                  {"secret", each.is_secret}});
  return json;
}

/// By its path, or by its name in fixes/.
std::string find_file(const migrate::Project& project, const std::string& wanted) {
  for (const std::string& path :
       {wanted, std::string(folder) + "/" + wanted, std::string(folder) + "/" + wanted + ".lua"})
    if (base::file_exists(project.absolute(path)) && !fs::is_directory(project.absolute(path))) return path;
  const std::vector<std::string> files = fix_files(project);
  for (const std::string& file : files)
    if (file.ends_with("_" + wanted + ".lua")) return file;
  throw Error(code::usage, fmt::format("there is no fix \"{}\"{}", wanted, base::did_you_mean_suffix(wanted, files)))
      .because(files.empty() ? "the folder fixes is empty" : "there are " + base::join(files, ", "))
      .advise("waxwing fix list");
}

base::Exit list(Context& context) {
  const migrate::Project& project = context.project();
  nlohmann::ordered_json json = document();
  json["fixes"] = nlohmann::ordered_json::array();
  TextTable table{"", {{"file"}, {"parameters"}, {"reason"}}, {}};
  for (const std::string& file : fix_files(project)) {
    const auto fix = script::open_fix(project.absolute(file), file, project.surroundings());
    json["fixes"].push_back(json_of_header(fix->fix(), file));
    std::vector<std::string> names;
    for (const script::FixParameter& each : fix->fix().parameters) names.push_back(each.name);
    table.rows.push_back({file, base::join(names, ", "), fix->fix().reason});
  }
  if (context.json())
    context.console.json(json);
  else if (table.rows.empty())
    context.console.result("no fixes; waxwing fix new NAME writes one");
  else
    for (const std::string& line : table.lines()) context.console.result(line);
  return base::Exit::done;
}

migrate::GivenParameters parameters(Context& context) {
  migrate::GivenParameters values;
  for (const std::string& pair : context.arguments.values("param")) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(code::usage, fmt::format("--param takes name=value, got \"{}\"", pair));
    values[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return values;
}

long long rows_of(const std::vector<migrate::FixTableRow>& tables) {
  long long rows = 0;
  for (const migrate::FixTableRow& table : tables) rows += table.rows();
  return rows;
}

void print_outcome(Context& context, const migrate::FixOutcome& outcome, const std::string& what,
                   const nlohmann::ordered_json& more = nlohmann::ordered_json::object()) {
  const std::string rows = base::count_of(rows_of(outcome.tables), "row");
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["committed"] = outcome.is_committed;
    json.update(json_of(outcome.row));
    for (const char* key : {"at", "by", "undone_by", "undone_whole", "rows_kept"}) json.erase(key);
    if (!outcome.is_committed) json["run"] = nullptr;
    json["milliseconds"] = outcome.milliseconds;
    json["lasting"] = outcome.lasting;
    json["tables"] = json_of(outcome.tables);
    json["changes"] = json_of(outcome.changes);
    json.update(more);
    context.console.json(json);
    print_lasting(context.console, outcome.lasting);
    return;
  }
  print_changes(context.console, outcome.tables, outcome.changes);
  print_lasting(context.console, outcome.lasting);
  const std::string time = base::human_duration(outcome.milliseconds);
  if (!outcome.is_committed)
    context.console.result(fmt::format("{} dry run of {}: {} would change, {}; nothing was kept",
                                       context.console.mark(base::Mark::ok), what, rows, time));
  else
    context.console.result(fmt::format("{} {}: {} changed, {}; run {}", context.console.mark(base::Mark::ok), what,
                                       rows, time, outcome.row.run.substr(0, 8)));
}

/// Where the environment wants it, the name of the database is typed before rows are kept.
void confirm(Context& context, migrate::LockedDatabase& database, const std::string& what) {
  if (context.project().wants_typed_confirmation())
    confirm_by_name(context.console, database.connection().url().database(), context.arguments.value("yes"),
                    fmt::format("{} on {}", what, database.connection().url().masked()));
}

base::Exit run_file(Context& context) {
  migrate::Project& project = context.project();
  const std::string path = find_file(project, context.argument(1));
  migrate::FixOptions options{parameters(context), context.arguments.has("commit"), context.arguments.has("again")};
  if (options.commits && context.arguments.has("dry-run"))
    throw Error(code::usage, "--dry-run and --commit exclude each other");
  migrate::LockedDatabase database(project, context.console, options.commits);
  if (options.commits) confirm(context, database, "running " + path);
  const migrate::FixResult result = migrate::run_fix(project, database, path, options, context.console);
  if (result.earlier) {
    if (context.json()) {
      nlohmann::ordered_json json = document();
      json["committed"] = false;
      json["already_run"] = json_of(*result.earlier);
      json["edited_since"] = result.was_edited;
      context.console.json(json);
    }
    context.console.result(fmt::format("{} {} was already run as {}, on {}; nothing was done",
                                       context.console.mark(base::Mark::skipped), path,
                                       result.earlier->run.substr(0, 8), result.earlier->committed_at.substr(0, 19)));
    if (result.was_edited) context.console.warn("fix", path + " was edited since");
    context.console.info(
        "fix", "--again runs it once more; waxwing fix undo " + result.earlier->run.substr(0, 8) + " takes it back");
    return base::Exit::done;
  }
  print_outcome(context, result.outcome, path);
  if (!options.commits) context.console.info("fix", "--commit keeps it");
  if (options.commits)
    context.console.info("fix", "waxwing fix undo " + result.outcome.row.run.substr(0, 8) + " takes it back");
  return base::Exit::done;
}

base::Exit undo(Context& context) {
  migrate::Project& project = context.project();
  migrate::UndoOptions options;
  options.where = context.arguments.value("where");
  options.table = context.arguments.value("table");
  options.skips_conflicts = context.arguments.has("skip-conflicts");
  options.commits = !context.arguments.has("dry-run");
  migrate::LockedDatabase database(project, context.console, false);
  if (options.commits) confirm(context, database, "undoing the fix " + context.argument(1));
  const migrate::UndoResult result =
      migrate::undo_fix(project, database, context.argument(1), options, context.console);
  const std::string run = result.of.run.substr(0, 8);
  if (result.was_undone) {
    if (context.json()) {
      nlohmann::ordered_json json = document();
      json["committed"] = false;
      json["already_undone"] = json_of(result.of);
      context.console.json(json);
    }
    context.console.result(fmt::format("{} {} was already undone by {}; nothing was done",
                                       context.console.mark(base::Mark::skipped), run,
                                       result.of.undone_by.substr(0, 8)));
    return base::Exit::done;
  }
  print_outcome(context, result.outcome, "undo of " + run + " (" + result.of.name + ")",
                {{"skipped", result.skipped}, {"already_back", result.already_back}});
  if (result.skipped > 0)
    context.console.warn("fix", fmt::format("{} changed since and left as they are",
                                            base::count_of(static_cast<long long>(result.skipped), "row")));
  if (result.already_back > 0)
    context.console.info("fix", fmt::format("{} as before the fix already",
                                            base::count_of(static_cast<long long>(result.already_back), "row")));
  const nlohmann::json lasting = nlohmann::json::parse(result.of.lasting);
  if (!lasting.empty()) print_lasting(context.console, lasting.get<std::vector<std::string>>());
  return base::Exit::done;
}

base::Exit show_file(Context& context, const std::string& path) {
  const migrate::Project& project = context.project();
  const auto fix = script::open_fix(project.absolute(path), path, project.surroundings());
  const script::FixHeader& header = fix->fix();
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json.update(json_of_header(header, path));
    context.console.json(json);
    return base::Exit::done;
  }
  context.console.result(
      fmt::format("{}: {}{}", header.name, header.reason, header.ticket.empty() ? "" : " (" + header.ticket + ")"));
  context.console.result("changes " + base::join(header.touches, ", "));
  for (const script::FixParameter& each : header.parameters)
    context.console.result(fmt::format("  --param {}=...  {}{}{}", each.name, each.type,
                                       each.is_required ? ", required" : "", each.doc.empty() ? "" : "; " + each.doc));
  return base::Exit::done;
}

base::Exit show(Context& context) {
  migrate::Project& project = context.project();
  if (context.argument(1).ends_with(".lua")) return show_file(context, find_file(project, context.argument(1)));
  const auto connection = project.connect(migrate::Purpose::look);
  const migrate::FixLedger ledger(project.config().text("ledger_schema"));
  const migrate::FixRow row = ledger.find(*connection, context.argument(1));
  const std::vector<migrate::FixTableRow> tables = ledger.read_tables(*connection, row.run);
  std::vector<migrate::RowChange> changes;
  if (row.rows_removed.empty())
    for (const migrate::FixTableRow& table : tables)
      for (migrate::RowChange& change :
           migrate::read_changes(*connection, ledger.rows_table(row.run, table.number), table, migrate::rows_shown))
        changes.push_back(std::move(change));
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json.update(json_of(row));
    json["tables"] = json_of(tables);
    json["changes"] = json_of(changes);
    context.console.json(json);
    return base::Exit::done;
  }
  context.console.result(fmt::format("run {}  {}", row.run, state_of(row)));
  context.console.result(fmt::format("{} ({}): {}", row.name, row.path, row.reason));
  if (!row.ticket.empty()) context.console.result("ticket " + row.ticket);
  context.console.result(fmt::format("by {} on {}, from {}, {}, {}", row.committed_by, row.committed_at.substr(0, 19),
                                     row.host, base::count_of(row.statements, "statement"),
                                     base::human_duration(row.duration_ms)));
  if (row.parameters != "{}") context.console.result("parameters " + row.parameters);
  context.console.result("");
  print_changes(context.console, tables, changes);
  const nlohmann::json lasting = nlohmann::json::parse(row.lasting);
  if (!lasting.empty()) print_lasting(context.console, lasting.get<std::vector<std::string>>());
  return base::Exit::done;
}

base::Exit run(Context& context) {
  const std::string verb = context.argument(0);
  const std::size_t words = context.arguments.positional.size();
  if (verb == "list" && words == 1) return list(context);
  if (verb == "history" && words == 1) return fix_history(context);
  if (words == 2) {
    if (verb == "new") return create(context);
    if (verb == "run") return run_file(context);
    if (verb == "show") return show(context);
    if (verb == "undo") return undo(context);
  }
  const bool is_verb =
      verb == "new" || verb == "run" || verb == "show" || verb == "undo" || verb == "list" || verb == "history";
  throw Error(code::usage,
              is_verb ? fmt::format("fix {} {}", verb, words == 1 ? "needs one word more" : "takes fewer words")
                      : fmt::format("unknown word \"{}\"{}", verb,
                                    base::did_you_mean_suffix(verb, {"new", "list", "run", "show", "undo", "history"})))
      .because("usage: waxwing fix new NAME | list | run FILE | show RUN | undo RUN | history")
      .advise("waxwing help fix");
}

}  // namespace

extern const Command fix_command;
const Command fix_command{
    "fix",
    "new NAME | list | run FILE | show RUN | undo RUN | history",
    "Change rows by hand: dry run first, with a reason, and an undo.",
    1,
    2,
    {{"--param", "NAME=VALUE", "For run: a parameter of the fix; may be repeated."},
     {"--dry-run", nullptr, "Run, show the rows and roll back: the default of run; for undo as well."},
     {"--commit", nullptr, "For run: keep it."},
     {"--again", nullptr, "For run: although it was run with these parameters before."},
     {"--where", "SQL", "For undo: only the rows for which this holds, as they were before the fix."},
     {"--table", "NAME", "For undo: only the rows of this table."},
     {"--skip-conflicts", nullptr, "For undo: leave rows that have changed since the fix as they are."},
     {"--yes", "NAME", "The database's name, where the environment wants it typed."},
     {"--lock-wait", "SECONDS", "Wait this long for another migrator to finish."}},
    run,
    "A fix is a file of fixes/: a reason, the tables it touches, its parameters, checks, and a function that changes\n"
    "rows. `fix run` does it for real, shows the changed rows with their old and new values and rolls back; --commit\n"
    "keeps it, with the rows as they were, for fix_retention_days. `fix undo` puts back what has not changed since,\n"
    "in one transaction, which can be undone in turn. `fix show FILE` lists the parameters of a fix."};

}  // namespace cli
