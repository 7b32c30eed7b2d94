// waxwing backup: makes a backup and proves it; lists backups; tells whether one can be trusted.
#include "migrate/backup.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/plugins.hpp"

namespace cli {

namespace {

using base::Mark;

nlohmann::ordered_json json_of(Context& context, const migrate::Manifest& manifest) {
  nlohmann::ordered_json json = document();
  json["path"] = context.project().shown(manifest.path);
  const nlohmann::ordered_json all = migrate::to_json(manifest);
  for (const auto& [key, value] : all.items())
    if (key != "schema_version" && key != "file") json[key] = value;
  return json;
}

base::Exit make(Context& context) {
  migrate::BackupOptions options;
  options.label = context.arguments.value("label");
  if (context.arguments.has("label") && options.label.empty())
    throw base::Error(base::code::usage, "--label needs a text");
  for (const std::string& each : context.arguments.values("tables"))
    for (const std::string& name : base::split(each, ','))
      if (!base::trim(name).empty()) options.tables.emplace_back(base::trim(name));
  if (context.arguments.has("tables") && options.tables.empty())
    throw base::Error(base::code::usage, "--tables needs names, such as --tables users,journals");
  options.touched = context.arguments.value("touched");
  if (!options.touched.empty() && !options.tables.empty())
    throw base::Error(base::code::usage, "--tables and --touched exclude each other");
  options.proves = !context.arguments.has("no-proof");
  options.proves_on_server = context.arguments.has("proof-on-server");
  const migrate::MadeBackup made = migrate::make_backup(context.project(), options, context.console);
  migrate::tell_plugins(context.project(), "on_backup",
                        base::Map{{"file", context.project().shown(made.manifest.path)},
                                  {"label", made.manifest.label},
                                  {"bytes", static_cast<std::int64_t>(made.manifest.bytes)},
                                  {"sha256", made.manifest.sha256},
                                  {"position", made.manifest.position},
                                  {"proved", made.manifest.proof.passed}},
                        context.console);
  if (context.json()) {
    nlohmann::ordered_json json = json_of(context, made.manifest);
    json["warnings"] = made.warnings;
    context.console.json(json);
  }
  return base::Exit::done;
}

std::string state_of(const migrate::BackupEntry& entry) {
  if (!entry.trouble.empty()) return entry.trouble;
  return std::string(entry.manifest->proof.passed ? "proved" : "not proved") +
         (entry.manifest->is_partial ? ", some tables only" : "");
}

base::Exit list(Context& context) {
  const std::string folder = migrate::backup_folder(context.project());
  const std::vector<migrate::BackupEntry> entries = migrate::list_backups(folder);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["folder"] = context.project().shown(folder);
    json["backups"] = nlohmann::ordered_json::array();
    for (const migrate::BackupEntry& entry : entries)
      json["backups"].push_back(
          {{"path", context.project().shown(entry.path)},
           {"bytes", entry.bytes},
           {"at", entry.at},
           {"database", entry.manifest ? nlohmann::ordered_json(entry.manifest->database.name) : nullptr},
           {"position", entry.manifest ? nlohmann::ordered_json(entry.manifest->position) : nullptr},
           {"proved", entry.trouble.empty() && entry.manifest->proof.passed},
           {"partial", entry.manifest && entry.manifest->is_partial},
           {"trouble", entry.trouble.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(entry.trouble)}});
    context.console.json(json);
    return base::Exit::done;
  }
  if (entries.empty()) {
    context.console.result("no backups in " + context.project().shown(folder));
    return base::Exit::done;
  }
  std::size_t width = 4;
  for (const migrate::BackupEntry& entry : entries)
    width = std::max(width, base::display_width(context.project().shown(entry.path)));
  for (const migrate::BackupEntry& entry : entries)
    context.console.result(fmt::format(
        "{}  {:>5}  {}  {}  {}", base::pad_right(context.project().shown(entry.path), width),
        base::human_size(entry.bytes), entry.at,
        entry.manifest ? entry.manifest->database.name + " at " + entry.manifest->position : std::string("-"),
        state_of(entry)));
  return base::Exit::done;
}

base::Exit verify(Context& context) {
  migrate::Project& project = context.project();
  migrate::Manifest manifest = migrate::check_backup_file(migrate::find_backup(project, context.argument(1)));
  const bool proves = context.arguments.has("proof");
  if (!context.arguments.has("any-database") || proves) {
    const auto connection = project.connect(migrate::Purpose::look);
    const migrate::DatabaseIdentity here = migrate::read_identity(*connection);
    if (!context.arguments.has("any-database") && !here.is_same(manifest.database))
      throw base::Error(base::code::bad_backup,
                        fmt::format("{} is the backup of another database", project.shown(manifest.path)))
          .because(fmt::format("it is of {} (system {}), the configured database is {} (system {})",
                               manifest.database.shown(), manifest.database.system_identifier, here.shown(),
                               here.system_identifier))
          .advise("--any-database    looks at the file alone");
    if (proves) {
      migrate::prove(manifest, manifest.path, *connection, postgres::find_client_programs(connection->server_version()),
                     context.arguments.has("proof-on-server"), context.console);
      migrate::write_manifest(manifest);
    }
  }
  if (context.json()) {
    context.console.json(json_of(context, manifest));
    return base::Exit::done;
  }
  context.console.result(fmt::format("{} {} is whole: {}, {} in {}", context.console.mark(Mark::ok),
                                     project.shown(manifest.path), base::human_size(manifest.bytes),
                                     base::count_of(manifest.rows(), "row"),
                                     base::count_of(static_cast<long long>(manifest.tables.size()), "table")));
  context.console.result(
      fmt::format("  {} at revision {}, made {}", manifest.database.shown(), manifest.position, manifest.created_at));
  context.console.result(manifest.proof.passed
                             ? fmt::format("  proved {} by a restore into {}", manifest.proof.at, manifest.proof.place)
                             : "  not proved; backup verify --proof restores it and compares");
  return base::Exit::done;
}

base::Exit run(Context& context) {
  const std::string verb = context.argument(0);
  if (verb == "verify" && context.arguments.positional.size() == 2) return verify(context);
  if (verb == "list" && context.arguments.positional.size() == 1) return list(context);
  if (verb.empty()) return make(context);
  throw base::Error(base::code::usage, verb == "verify" ? "backup verify needs a file"
                                                        : "unknown word \"" + verb + "\"" +
                                                              base::did_you_mean_suffix(verb, {"list", "verify"}))
      .because("usage: waxwing backup [list | verify FILE]")
      .advise("waxwing help backup");
}

}  // namespace

extern const Command backup_command;
const Command backup_command{
    "backup",
    "[list | verify FILE]",
    "Back the database up and prove that the backup can be restored.",
    0,
    2,
    {{"--label", "TEXT", "Part of the file's name; the revision by default."},
     {"--tables", "A,B", "Only the rows of these tables; may be repeated. Definitions are complete."},
     {"--touched", "REV",
      "Only the rows that upgrading to REV drops, rewrites or updates, and what is tied to them by foreign keys."},
     {"--no-proof", nullptr, "Leave out the restore into a scratch database; the manifest says so."},
     {"--proof-on-server", nullptr, "Prove it in a scratch database on the server, not on a private PostgreSQL."},
     {"--proof", nullptr, "For verify: restore it again and compare."},
     {"--any-database", nullptr, "For verify: look at the file alone, whichever database it is of."}},
    run,
    "The dump is made by pg_dump in one snapshot, restored into a scratch database and compared: row counts and\n"
    "checksums of every table. A manifest beside the file says what it holds. `backup list` shows the backups,\n"
    "newest first; `backup verify` refuses a file that was cut short, changed or is of another database."};

}  // namespace cli
