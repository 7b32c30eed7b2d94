// From names in waxwing.lua to plugins that are loaded.
#include "migrate/plugins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

constexpr const char* plugins_folder = "plugins";

Error bad_entry(const Config& config, std::size_t number, const std::string& why) {
  return Error(code::bad_config, fmt::format("plugins[{}] is not valid", number))
      .at(config.file())
      .because(why)
      .advise("plugins = { \"timing\", { name = \"services\", allow = { \"shell\" }, stop = \"...\" } }");
}

PluginEntry read_entry(const Config& config, std::size_t number, const base::Value& value) {
  PluginEntry entry;
  if (const std::string* name = value.get_if<std::string>()) {
    entry.name = *name;
    entry.options = base::Map{};
    return entry;
  }
  const base::Map* map = value.get_if<base::Map>();
  if (!map) throw bad_entry(config, number, fmt::format("it is a {}, not a name or a table", value.type_name()));
  base::Map options;
  for (const auto& [key, each] : *map) {
    if (key == "name" && each.get_if<std::string>()) {
      entry.name = *each.get_if<std::string>();
    } else if (key == "allow") {
      const base::List* list = each.get_if<base::List>();
      if (!list) throw bad_entry(config, number, "allow is a list, such as { \"http\" }");
      for (const base::Value& one : *list) {
        const std::string* capability = one.get_if<std::string>();
        const auto& all = script::capabilities();
        if (!capability || std::find(all.begin(), all.end(), *capability) == all.end())
          throw bad_entry(config, number, "what can be allowed is " + base::join(all, ", "));
        entry.allow.push_back(*capability);
      }
    } else {
      options.emplace_back(key, each);
    }
  }
  if (entry.name.empty()) throw bad_entry(config, number, "it has no name");
  entry.options = std::move(options);
  return entry;
}

/// A name is a folder's, and nothing that leads elsewhere.
bool is_plugin_name(const std::string& name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

void refuse_forbidden(const script::PluginInfo& info, const PluginSource& source, const PluginEntry& entry) {
  if (source.is_of_project) return;
  std::vector<std::string> missing;
  for (const std::string& need : info.needs)
    if (std::find(entry.allow.begin(), entry.allow.end(), need) == entry.allow.end())
      missing.push_back(fmt::format("\"{}\"", need));
  if (missing.empty()) return;
  throw Error(code::not_allowed, fmt::format("plugin {} needs {}", info.name, base::join(missing, " and ")))
      .because("it does not come from this project, so it may use only what the project allows it")
      .advise(fmt::format("in waxwing.lua: plugins = {{ {{ name = \"{}\", allow = {{ {} }} }} }}", info.name,
                          base::join(missing, ", ")));
}

}  // namespace

std::vector<PluginEntry> plugin_entries(const Config& config) {
  std::vector<PluginEntry> entries;
  const base::List* list = config["plugins"].value.get_if<base::List>();
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    entries.push_back(read_entry(config, i + 1, (*list)[i]));
    for (std::size_t before = 0; before < i; ++before)
      if (entries[before].name == entries[i].name)
        throw bad_entry(config, i + 1, fmt::format("\"{}\" is there twice", entries[i].name));
  }
  return entries;
}

std::vector<std::string> plugins_of_project(const Project& project) {
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& each : fs::directory_iterator(project.absolute(plugins_folder), failure))
    if (base::file_exists((each.path() / "plugin.lua").string())) names.push_back(each.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

PluginSource find_plugin(const Project& project, const std::string& name) {
  const std::string path = fmt::format("{}/{}/plugin.lua", plugins_folder, name);
  if (is_plugin_name(name)) {
    if (base::file_exists(project.absolute(path)))
      return {name, path, base::read_text_file(project.absolute(path), path), true};
    if (auto text = script::bundled_plugin(name))
      return {name, fmt::format("(bundled) {}/plugin.lua", name), std::move(*text), false};
  }
  std::vector<std::string> names = plugins_of_project(project);
  for (const std::string& each : script::bundled_plugins()) names.push_back(each);
  throw Error(code::plugin_missing,
              fmt::format("there is no plugin \"{}\"{}", name, base::did_you_mean_suffix(name, names)))
      .because("looked for " + path + " and among the bundled ones: " + base::join(script::bundled_plugins(), ", "))
      .advise("waxwing plugins");
}

std::unique_ptr<script::Plugin> load_plugin(const Project& project, const PluginSource& source,
                                            const PluginEntry& entry, bool is_for_looking) {
  script::PluginSettings settings;
  settings.path = source.path;
  settings.text = source.text;
  settings.options = entry.options;
  settings.allowed = source.is_of_project ? script::capabilities() : entry.allow;
  settings.project = base::Map{{"folder", project.folder()},
                               {"name", project.name()},
                               {"environment", project.config().environment()},
                               {"ledger_schema", project.config().text("ledger_schema")}};
  settings.is_for_looking = is_for_looking;
  script::Surroundings surroundings = project.surroundings();
  surroundings.plugins = nullptr;
  surroundings.allowed.clear();
  surroundings.how_to_allow = fmt::format("add needs = {{{{ \"{{0}}\" }}}} to plugin {}", source.name) +
                              (source.is_of_project ? "" : ", and allow = {{ \"{0}\" }} to its entry in waxwing.lua");
  auto plugin = script::open_plugin(settings, surroundings);
  if (plugin->info().name != source.name)
    throw Error(code::bad_plugin,
                fmt::format("the plugin in folder {} calls itself \"{}\"", source.name, plugin->info().name))
        .at(source.path);
  if (!is_for_looking) refuse_forbidden(plugin->info(), source, entry);
  return plugin;
}

void tell_plugins(const Project& project, const std::string& hook, const base::Value& event, base::Console& console) {
  for (script::Plugin* plugin : project.plugins()) {
    if (!plugin->has_hook(hook)) continue;
    try {
      plugin->call_hook(hook, event, nullptr);
    } catch (const Error& error) {
      console.warn("plugins", fmt::format("{} ({})", error.what(), base::join(error.places(), ", ")));
    }
  }
}

base::Value step_value(const revisions::Step& step) {
  const revisions::Revision& revision = *step.revision;
  return base::Map{{"revision", revision.id},
                   {"message", revision.message},
                   {"direction", step.direction == revisions::Direction::up ? "upgrade" : "downgrade"},
                   {"path", revision.path},
                   {"transactional", revision.transactional},
                   {"irreversible", revision.irreversible.has_value()}};
}

}  // namespace migrate
