// waxwing show: one revision in full.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/value_json.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/sql_script.hpp"

namespace cli {

namespace {

/// Nothing of the applied revisions is needed unless the target is relative to them.
revisions::Applied applied_for(Context& context, const std::string& target) {
  if (target != "current" && !target.starts_with("-") && !target.starts_with("+")) return {};
  const auto connection = context.project().connect(migrate::Purpose::look);
  return revisions::applied_ids(revisions::Ledger(context.project().config().text("ledger_schema")).read(*connection));
}

void print_one(Context& context, const revisions::Revision& revision) {
  context.console.raw(verbose_text(context.graph(), revision));
  const auto migration = context.project().open(revision);
  if (const base::Map* metadata = migration->metadata().get_if<base::Map>())
    for (const auto& [key, value] : *metadata) {
      const std::string* text = value.get_if<std::string>();
      context.console.raw(fmt::format("    {}: {}\n", key, text ? *text : base::to_json(value).dump()));
    }
  for (const script::CheckInfo& check : migration->preflight())
    context.console.raw(fmt::format("    preflight {}: {} (line {})\n", check.kind, check.doing, check.line));
  for (const script::CheckInfo& check : migration->verify())
    context.console.raw(fmt::format("    verify {}: {} (line {})\n", check.kind, check.doing, check.line));
}

/// What an upgrade by this one revision sends.
void print_sql(Context& context, const revisions::Revision& revision) {
  migrate::write_sql_script(context.project(), {{&revision, revisions::Direction::up}}, false, context.console);
}

/// The ledger keeps the text of each file that was applied.
base::Exit print_applied(Context& context, const std::string& target) {
  const auto connection = context.project().connect(migrate::Purpose::look);
  const revisions::Ledger ledger(context.project().config().text("ledger_schema"));
  const revisions::Applied applied = revisions::applied_ids(ledger.read(*connection));
  for (const revisions::Revision* revision : revisions::resolve_target(context.graph(), applied, target)) {
    const std::optional<std::string> text = ledger.read_source(*connection, revision->id);
    if (!text)
      throw base::Error(base::code::unknown_revision, "the ledger has no text of " + revision->id)
          .because("it is not applied here, or was only stamped")
          .advise("waxwing history -i    marks what is applied");
    context.console.raw(*text);
  }
  return base::Exit::done;
}

base::Exit run(Context& context) {
  const std::string target = context.argument(0);
  if (context.arguments.has("applied")) return print_applied(context, target);
  const auto found = revisions::resolve_target(context.graph(), applied_for(context, target), target);
  if (context.arguments.has("sql")) {
    for (const revisions::Revision* revision : found) print_sql(context, *revision);
    return base::Exit::done;
  }
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["revisions"] = nlohmann::ordered_json::array();
    for (const revisions::Revision* revision : found) {
      nlohmann::ordered_json entry = revision_json(context.graph(), *revision);
      const auto migration = context.project().open(*revision);
      entry["checksum"] = migration->checksum();
      entry["metadata"] = base::to_json(migration->metadata());
      json["revisions"].push_back(entry);
    }
    context.console.json(json);
    return base::Exit::done;
  }
  for (const revisions::Revision* revision : found) print_one(context, *revision);
  return base::Exit::done;
}

}  // namespace

extern const Command show_command;
const Command show_command{"show",
                           "REV",
                           "Show a revision: parents, path, message, metadata, checks.",
                           1,
                           1,
                           {{"--sql", nullptr, "Print the SQL of its upgrade instead."},
                            {"--applied", nullptr, "Print its file as it was when it was applied, from the ledger."}},
                           run};

}  // namespace cli
