// waxwing plugins: which plugins there are, and what each offers.
#include "migrate/plugins.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

struct Listed {
  migrate::PluginSource source;
  std::unique_ptr<script::Plugin> plugin;
  bool is_used = false;
};

Listed look_at(Context& context, const std::string& name) {
  const migrate::Project& project = context.project();
  Listed listed{migrate::find_plugin(project, name), nullptr};
  listed.plugin = migrate::load_plugin(project, listed.source, {name, {}, base::Map{}}, true);
  for (const migrate::PluginEntry& entry : migrate::plugin_entries(project.config()))
    listed.is_used = listed.is_used || entry.name == name;
  return listed;
}

nlohmann::ordered_json parts_json(const std::vector<script::PluginPart>& parts) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const script::PluginPart& part : parts) list.push_back({{"name", part.name}, {"summary", part.summary}});
  return list;
}

nlohmann::ordered_json plugin_json(const Listed& listed) {
  const script::PluginInfo& info = listed.plugin->info();
  nlohmann::ordered_json options = nlohmann::ordered_json::array();
  for (const script::PluginOption& each : info.options)
    options.push_back({{"name", each.name}, {"type", each.type}, {"required", each.required}, {"doc", each.doc}});
  return {{"name", info.name},
          {"version", info.version},
          {"summary", info.summary},
          {"path", listed.source.path},
          {"bundled", !listed.source.is_of_project},
          {"used", listed.is_used},
          {"needs", info.needs},
          {"options", options},
          {"hooks", info.hooks},
          {"checks", parts_json(info.checks)},
          {"operations", parts_json(info.operations)},
          {"commands", parts_json(info.commands)},
          {"rules", parts_json(info.rules)}};
}

void print_parts(base::Console& console, const char* title, const char* prefix,
                 const std::vector<script::PluginPart>& parts) {
  if (parts.empty()) return;
  console.result(fmt::format("{}:", title));
  for (const script::PluginPart& part : parts)
    console.result(fmt::format("  {}{}  {}", prefix, part.name, part.summary));
}

void print_plugin(base::Console& console, const Listed& listed) {
  const script::PluginInfo& info = listed.plugin->info();
  console.result(fmt::format("{} {}  {}", info.name, info.version, info.summary));
  console.result(fmt::format("from: {}{}", listed.source.path, listed.is_used ? "" : " (not used by waxwing.lua)"));
  if (!info.needs.empty()) console.result("needs: " + base::join(info.needs, ", "));
  if (!info.options.empty()) console.result("options:");
  for (const script::PluginOption& each : info.options)
    console.result(fmt::format("  {} ({}{})  {}", each.name, each.type,
                               each.required           ? ", required"
                               : each.fallback.empty() ? ""
                                                       : ", default " + each.fallback,
                               each.doc));
  if (!info.hooks.empty()) console.result("hooks: " + base::join(info.hooks, ", "));
  if (info.has_preflight) console.result("adds checks before each migration");
  print_parts(console, "checks", "check.", info.checks);
  print_parts(console, "operations", "op.", info.operations);
  print_parts(console, "commands", "waxwing ", info.commands);
  print_parts(console, "rules", "", info.rules);
}

std::vector<std::string> all_names(const migrate::Project& project) {
  std::vector<std::string> names = migrate::plugins_of_project(project);
  for (const std::string& each : script::bundled_plugins())
    if (std::find(names.begin(), names.end(), each) == names.end()) names.push_back(each);
  return names;
}

base::Exit run(Context& context) {
  std::vector<Listed> all;
  const bool is_one = !context.arguments.positional.empty();
  for (const std::string& name : is_one ? context.arguments.positional : all_names(context.project()))
    all.push_back(look_at(context, name));
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["plugins"] = nlohmann::ordered_json::array();
    for (const Listed& each : all) json["plugins"].push_back(plugin_json(each));
    context.console.json(json);
  } else if (is_one) {
    print_plugin(context.console, all.front());
  } else {
    for (const Listed& each : all)
      context.console.result(fmt::format("{} {:<16} {:<8} {}", each.is_used ? "*" : " ", each.plugin->info().name,
                                         each.plugin->info().version, each.plugin->info().summary));
  }
  return base::Exit::done;
}

}  // namespace

extern const Command plugins_command;
const Command plugins_command{
    "plugins",
    "[NAME]",
    "List the plugins there are (* is used), or show what one offers.",
    0,
    1,
    {},
    run,
    "Plugins are folders of plugins/ beside waxwing.lua, or come with waxwing. They are used\n"
    "when `plugins` in waxwing.lua names them."};

}  // namespace cli
