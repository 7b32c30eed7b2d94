// A plugin: Lua in a state of its own that answers to a run's hooks and adds checks, operations and commands.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/value.hpp"
#include "script/migration.hpp"

namespace script {

/// The version of the plugin API that this program offers.
inline constexpr int plugin_api = 1;

/// The names of hooks, in the order in which they are called.
const std::vector<std::string>& plugin_hooks();
/// What scripts and plugins can be allowed to use: "http", "shell", "files", "database", "database-write".
const std::vector<std::string>& capabilities();

/// A kind of check or an operation that a plugin adds, or a command.
struct PluginPart {
  std::string name, summary, usage, doing, ok, failed;
  std::vector<operations::FieldInfo> fields = {};
};

struct PluginOption {
  std::string name, type, doc;
  bool required = false, secret = false;
  /// As Lua text; empty for none.
  std::string fallback;
};

struct PluginInfo {
  std::string name, version, summary;
  std::vector<std::string> needs, hooks;
  std::vector<PluginOption> options;
  std::vector<PluginPart> checks, operations, commands, rules;
  bool has_preflight = false;
  /// "plugins/notify/plugin.lua".
  std::string path;
};

/// What the configuration says of one plugin.
struct PluginSettings {
  /// "plugins/notify/plugin.lua".
  std::string path;
  std::string text;
  /// Options by name.
  base::Value options;
  /// Capabilities given to it.
  std::vector<std::string> allowed;
  /// `project` in the plugin: folder, name, environment, ledger_schema.
  base::Value project;
  /// For lists and tests: leave the options unread.
  bool is_for_looking = false;
};

/// What a rule of a plugin has against a statement, and what to do instead.
struct RuleViolation {
  std::string problem, advice;
};

class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual const PluginInfo& info() const = 0;
  virtual bool has_hook(const std::string& name) const = 0;
  /// Calls a hook. `session` is what `db` works on; null where a hook has no database.
  virtual void call_hook(const std::string& name, const base::Value& argument, postgres::Session* session) = 0;

  /// The checks that the plugin wants before a step; they stay until the next call.
  virtual std::vector<CheckInfo> preflight(const base::Value& step) = 0;
  virtual CheckOutcome run_preflight(std::size_t index, postgres::Session& session) = 0;

  /// Asks a rule about a statement: { sql, kind, lock, place, revision, direction }.
  virtual std::optional<RuleViolation> run_rule(const std::string& name, const base::Value& statement) = 0;
  /// What hooks have said by report.add since the last call: maps with title, passed, text, lines, milliseconds.
  virtual base::List take_findings() = 0;

  /// Runs an operation of the plugin on a migration's session; what it is made of is told to `watcher`.
  virtual void run_operation(const std::string& name, const base::Value& arguments, postgres::Session& session,
                             Watcher& watcher) = 0;
  /// Runs a check of the plugin; the outcome as its function returned it.
  virtual base::Value run_check(const std::string& name, const base::Value& arguments, postgres::Session& session) = 0;
  /// Runs a command. Returns its exit status.
  virtual int run_command(const std::string& name, const std::vector<std::string>& words,
                          postgres::Session* session) = 0;
  /// Runs a test file against the plugin: each function of the table that it returns is a test. Returns the names of
  /// those that ran; throws the first failure.
  virtual std::vector<std::string> run_tests(const std::string& text, const std::string& shown_as,
                                             postgres::Session* session) = 0;
};

/// Opens a plugin. Throws code::bad_plugin, code::script_syntax.
std::unique_ptr<Plugin> open_plugin(const PluginSettings& settings, const Surroundings& surroundings);

/// The text of a plugin that comes with the program; and the names of all of them.
std::optional<std::string> bundled_plugin(const std::string& name);
std::vector<std::string> bundled_plugins();

}  // namespace script
