// waxwing restore: brings a backup back.
#include "migrate/restore.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/plugins.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  migrate::RestoreOptions options;
  options.file = context.argument(0);
  for (const std::string& each : context.arguments.values("table"))
    for (const std::string& name : base::split(each, ','))
      if (!base::trim(name).empty()) options.tables.emplace_back(base::trim(name));
  if (context.arguments.has("table") && options.tables.empty())
    throw base::Error(base::code::usage, "--table needs a name");
  options.keeps_new_objects = context.arguments.has("keep-new");
  options.without_owners = context.arguments.has("no-owner");
  if (options.keeps_new_objects && context.arguments.has("clean"))
    throw base::Error(base::code::usage, "--clean and --keep-new exclude each other");
  const migrate::RestoreSummary summary = migrate::restore(
      context.project(), options,
      [&](const std::string& database, const std::string& what_happens) {
        confirm_by_name(context.console, database, context.arguments.value("yes"), what_happens);
      },
      context.console);
  migrate::tell_plugins(context.project(), "on_restore",
                        base::Map{{"file", summary.file},
                                  {"position", summary.position},
                                  {"compared", summary.was_compared},
                                  {"milliseconds", summary.milliseconds}},
                        context.console);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["file"] = summary.file;
    json["position"] = summary.position;
    json["compared"] = summary.was_compared;
    json["tables"] = summary.tables;
    json["rows"] = summary.rows;
    json["carried_tables"] = summary.carried;
    json["created_since"] = summary.created_since;
    json["milliseconds"] = summary.milliseconds;
    context.console.json(json);
    return base::Exit::done;
  }
  const std::string compared =
      summary.was_compared
          ? fmt::format("{} in {}, counts and checksums as backed up", base::count_of(summary.rows, "row"),
                        base::count_of(static_cast<long long>(summary.tables), "table"))
          : "not compared: it has no manifest";
  context.console.result(fmt::format("{} restored {} ({}), {}", context.console.mark(base::Mark::ok), summary.file,
                                     compared, base::human_duration(summary.milliseconds)));
  if (summary.carried > 0)
    context.console.result(fmt::format("{} kept the rows that {} had: the backup was made for one migration",
                                       base::count_of(static_cast<long long>(summary.carried), "other table"),
                                       summary.carried == 1 ? "it" : "they"));
  context.console.result("database is at " + summary.position);
  return base::Exit::done;
}

}  // namespace

extern const Command restore_command;
const Command restore_command{
    "restore",
    "FILE",
    "Bring a backup back: data, schema and revision, in one transaction.",
    1,
    1,
    {{"--table", "NAME", "Only the rows of this table; may be repeated."},
     {"--into", "URL", "Restore into this database in place of the configured one."},
     {"--clean", nullptr, "Remove what is there, objects created since the backup too; what happens anyway."},
     {"--keep-new", nullptr, "Keep objects that were created since the backup."},
     {"--no-owner", nullptr, "Leave owners and privileges out, where the roles of the source do not exist."},
     {"--yes", "NAME", "The database's name, when there is something in it."},
     {"--lock-wait", "SECONDS", "Wait this long for another migrator to finish."}},
    run,
    "FILE is an archive of pg_dump in custom format or a plain dump; its content tells which. A database that is not\n"
    "empty is only overwritten when its name is typed. Everything is one transaction that ends at the first error, "
    "and\n"
    "commits only when counts, checksums and objects are those of the manifest."};

}  // namespace cli
