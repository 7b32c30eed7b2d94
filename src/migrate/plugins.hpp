// The plugins of a project: found by name, loaded in the order of waxwing.lua, each in a state of its own.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "migrate/run_observer.hpp"
#include "script/plugin.hpp"

namespace migrate {

/// An entry of `plugins` in waxwing.lua: "timing", or { name = "services", allow = { "shell" }, ...options }.
struct PluginEntry {
  std::string name;
  std::vector<std::string> allow;
  base::Value options;
};
std::vector<PluginEntry> plugin_entries(const Config& config);

/// Where a plugin's text is.
struct PluginSource {
  std::string name;
  /// "plugins/notify/plugin.lua"; "bundled plugin timing" for one that comes with the program.
  std::string path;
  std::string text;
  bool is_of_project = false;
};
/// Throws code::plugin_missing with the names there are.
PluginSource find_plugin(const Project& project, const std::string& name);
/// Names of the plugins in the project's folder `plugins`, and of the bundled ones.
std::vector<std::string> plugins_of_project(const Project& project);

/// Loads one plugin. A plugin of the project has what it declares in `needs`; any other only what `entry.allow` lists
/// as well. Throws code::bad_plugin, code::not_allowed, code::script_syntax.
std::unique_ptr<script::Plugin> load_plugin(const Project& project, const PluginSource& source,
                                            const PluginEntry& entry, bool is_for_looking = false);

/// Calls the hooks of plugins as a run goes on.
std::unique_ptr<RunObserver> observe_by(script::Plugin& plugin, const Project& project);

/// Calls a hook that belongs to no run, such as on_backup, in every plugin that has it. What a hook throws is warned
/// of: what it is told of has happened.
void tell_plugins(const Project& project, const std::string& hook, const base::Value& event, base::Console& console);

/// What hooks are told of a step: revision, message, direction, path, transactional, irreversible.
base::Value step_value(const revisions::Step& step);

}  // namespace migrate
