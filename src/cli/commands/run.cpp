// waxwing run: a script with options of its own.
#include <fmt/format.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "base/value_json.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/script_run.hpp"

namespace cli {

using base::Error;
using script::ScriptInfo;
using script::ScriptOption;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

extern const std::vector<Option> own_options;
const std::vector<Option> own_options = {
    {"--write", nullptr, "Let the script write; without it, or write = true in the script, it only reads."},
    {"--lock-wait", "SECONDS", "Wait this long for another migrator to finish."}};

/// Where the shell says it is, else in the project.
std::string find_script(const migrate::Project& project, const std::string& given) {
  std::error_code ignored;
  if (fs::is_regular_file(given, ignored)) return fs::absolute(given).lexically_normal().string();
  if (const std::string path = project.absolute(given); fs::is_regular_file(path, ignored)) return path;
  throw Error(code::cannot_read_file, "there is no script " + given)
      .because("looked in the working directory and in " + project.folder())
      .advise("waxwing help run");
}

/// What would be waxwing's on the command line can be no option of a script.
void refuse_taken_options(const ScriptInfo& script) {
  std::vector<Option> taken = global_options();
  taken.insert(taken.end(), own_options.begin(), own_options.end());
  for (const ScriptOption& option : script.options)
    for (const Option& each : taken)
      for (const std::string& name : base::split(each.names, ','))
        if (name == option.flag())
          throw Error(code::bad_script, fmt::format("{} is an option of waxwing itself", name))
              .at(option.line > 0 ? fmt::format("{}:{}", script.path, option.line) : script.path)
              .advise("choose another name for the script's option");
}

std::string help_of(const ScriptInfo& script) {
  std::string text = script.name.empty() ? script.path : script.name;
  if (!script.about.empty()) text += ": " + script.about;
  text += fmt::format("\n\nusage: waxwing run {}{}\n", script.path, script.options.empty() ? "" : " [OPTIONS]");
  if (!script.is_declared) text += "\nThe script declares no options; it finds its words in `arg`.\n";
  std::vector<std::pair<std::string, std::string>> lines;
  std::size_t width = 0;
  for (const ScriptOption& each : script.options) {
    std::string flag = "  " + each.flag() + (each.is_boolean() ? "" : " " + base::upper(each.type));
    std::string doc = each.doc;
    if (each.is_required) doc += doc.empty() ? "required" : " (required)";
    if (each.fallback)
      doc += fmt::format("{}default {}", doc.empty() ? "" : "; ", each.is_secret ? "***" : *each.fallback);
    width = std::max(width, base::display_width(flag));
    lines.emplace_back(std::move(flag), std::move(doc));
  }
  if (!lines.empty()) text += "\noptions\n";
  for (const auto& [flag, doc] : lines) text += base::pad_right(flag, width + 2) + doc + "\n";
  text += script.writes ? "\nIt writes, in one transaction that is recorded in the ledger.\n"
                        : "\nIt only reads, unless --write is given.\n";
  if (!script.needs_revision.empty()) text += "It needs revision " + script.needs_revision + ".\n";
  return text;
}

base::Exit run_in(Context& context) {
  migrate::Project& project = context.project();
  const std::string path = find_script(project, context.argument(0)), shown = project.shown(path);
  const auto file = script::open_script(base::read_text_file(path, shown), shown, project.surroundings());
  const ScriptInfo& info = file->info();
  refuse_taken_options(info);
  if (context.arguments.has("help")) {
    context.console.raw(help_of(info));
    return base::Exit::done;
  }
  const auto& words = context.arguments.positional;
  const migrate::ScriptWords read = migrate::read_script_words(info, {words.begin() + 1, words.end()});
  const bool writes = info.writes || context.arguments.has("write");
  const migrate::ScriptOutcome outcome = migrate::run_script(project, *file, read, writes, context.console);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["script"] = info.path;
    json["run"] = outcome.run.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(outcome.run);
    json["milliseconds"] = outcome.milliseconds;
    json["result"] = base::to_json(outcome.result);
    context.console.json(json);
  } else if (!outcome.run.empty()) {
    context.console.info("run", fmt::format("{} committed; run {}", info.path, outcome.run.substr(0, 8)));
  }
  return base::Exit::done;
}

base::Exit run(Context& context) {
  // A script that is called by its path belongs to the project that it lies in, wherever it is called from.
  if (context.arguments.has("directory") || !migrate::find_project_folder(".").empty()) return run_in(context);
  const std::string folder = fs::absolute(context.argument(0)).parent_path().string();
  if (migrate::find_project_folder(folder).empty()) return run_in(context);
  Arguments arguments = context.arguments;
  arguments.options["directory"] = {folder};
  Context there(std::move(arguments), context.console);
  return run_in(there);
}

}  // namespace

extern const Command run_command;
const Command run_command{
    "run",
    "FILE [OPTIONS OF THE SCRIPT]",
    "Run a script, with the options that it declares.",
    1,
    1,
    own_options,
    run,
    "A script is Lua with what migrations have: db, schema, check, op, log, json, env. It says what it takes,\n\n"
    "  #!/usr/bin/env waxwing\n"
    "  local s = script {\n"
    "    name = \"close\", about = \"Close the accounts of a tenant.\", write = true, needs_revision = \"a41f\",\n"
    "    options = {\n"
    "      tenant  = { \"Tenant id\", type = \"uuid\", required = true },\n"
    "      limit   = { \"How many\", type = \"integer\", default = 10 },\n"
    "      dry_run = { \"Only count\", type = \"boolean\" },\n"
    "    },\n"
    "  }\n"
    "  function s.run(options, words) ... end\n"
    "  return s\n\n"
    "and `waxwing run FILE --help` shows it. A type is any type of PostgreSQL. Without --write and without\n"
    "write = true the script only reads. One that writes is one transaction, under the migrator lock, and its run is "
    "in\n"
    "the ledger. With --json the result is what s.run returns. An executable FILE with the first line above runs by\n"
    "itself. A file without script { ... } is run as it is and finds its words in `arg`.",
    true};

}  // namespace cli
