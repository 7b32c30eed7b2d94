// Asks each rule about each statement, and gathers what it has against them.
#include "migrate/plugin_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "migrate/plugins.hpp"
#include "postgres/sql_locks.hpp"
#include "postgres/sql_text.hpp"

namespace migrate {

using revisions::Step;

namespace {

constexpr std::size_t most_violations = 5;

/// What `allow` in the header says of a rule; nothing when it does not name it.
std::optional<std::string> allowance(const base::Value& metadata, const std::string& rule) {
  const base::Value* allow = metadata.find("allow");
  if (!allow) return std::nullopt;
  bool is_named = *allow == base::Value(rule);
  if (const base::List* list = allow->get_if<base::List>())
    is_named = std::find(list->begin(), list->end(), base::Value(rule)) != list->end();
  std::string reason;
  if (const base::Map* map = allow->get_if<base::Map>())
    for (const auto& [key, value] : *map) {
      const std::string* text = value.get_if<std::string>();
      if (key == "reason" && text)
        reason = *text;
      else
        is_named = is_named || (text && *text == rule);
    }
  if (!is_named) return std::nullopt;
  return "Allowed by the migration" + (reason.empty() ? "" : ": " + reason);
}

script::CheckOutcome look_at(script::Plugin& plugin, const std::string& rule, const Step& step,
                             const std::vector<ForeseenStatement>& statements) {
  script::CheckOutcome outcome{true, false, fmt::format("No statement of {} breaks it", step.revision->id), {}, "", {}};
  for (const ForeseenStatement& each : statements) {
    const auto violation = plugin.run_rule(
        rule, base::Map{{"sql", each.sql},
                        {"kind", postgres::name_of(postgres::classify(each.sql).kind)},
                        {"lock", std::string(postgres::lock_of(each.sql))},
                        {"place", each.place},
                        {"revision", step.revision->id},
                        {"direction", step.direction == revisions::Direction::up ? "upgrade" : "downgrade"}});
    if (!violation) continue;
    outcome.passed = false;
    outcome.text = fmt::format("{} breaks the rule {} of {}", step.revision->id, rule, plugin.info().name);
    if (outcome.lines.size() < most_violations)
      outcome.lines.push_back(fmt::format("{}: {}", each.place, violation->problem));
    if (outcome.advice.empty()) outcome.advice = violation->advice;
  }
  return outcome;
}

}  // namespace

bool has_rules(const Project& project) {
  const auto& plugins = project.plugins();
  return std::any_of(plugins.begin(), plugins.end(), [](const auto* each) { return !each->info().rules.empty(); });
}

std::vector<RuleCheck> rule_checks(const Project& project, const Step& step,
                                   std::vector<ForeseenStatement> statements) {
  std::vector<RuleCheck> checks;
  const base::Value metadata = project.open(*step.revision)->metadata();
  const auto shared = std::make_shared<const std::vector<ForeseenStatement>>(std::move(statements));
  for (script::Plugin* plugin : project.plugins())
    for (const script::PluginPart& each : plugin->info().rules) {
      const auto allowed = allowance(metadata, each.name);
      checks.push_back({{"rule", fmt::format("Rule {} of {}: {}", each.name, plugin->info().name, each.summary)}, {}});
      if (allowed)
        checks.back().run = [text = *allowed] { return script::CheckOutcome{true, true, text, {}, "", {}}; };
      else
        checks.back().run = [=, name = each.name] { return look_at(*plugin, name, step, *shared); };
    }
  return checks;
}

}  // namespace migrate
