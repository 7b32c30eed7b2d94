// waxwing show: one revision in full.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/value_json.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

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

base::Exit run(Context& context) {
  const std::string target = context.argument(0);
  const auto found = revisions::resolve_target(context.graph(), applied_for(context, target), target);
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
const Command show_command{"show", "REV", "Show a revision: parents, path, message, metadata, checks.", 1, 1, {}, run};

}  // namespace cli
