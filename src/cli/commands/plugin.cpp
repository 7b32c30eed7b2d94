// waxwing plugin: writes a new plugin, and runs the tests of one.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/hook_session.hpp"
#include "migrate/plugins.hpp"

namespace cli {

using base::Error;
namespace code = base::code;

namespace {

constexpr const char* plugin_template = R"(--- What this plugin is for.
return plugin {{
  name = "{0}",
  version = "0.1.0",
  api = 1,
  summary = "Says when a run has ended.",
  needs = {{}},
  options = {{
    greeting = {{ type = "string", default = "done", doc = "What to say." }},
  }},
  hooks = {{
    on_after_run = function(run)
      log.info(options.greeting .. ": " .. run.command .. " to " .. run.to)
    end,
  }},
}}
)";

constexpr const char* test_template =
    R"(-- Each function is a test: `waxwing plugin test {0}`. `plugin` is the plugin's own table.
return {{
  ["speaks after a run"] = function()
    plugin.hooks.on_after_run {{ command = "upgrade", to = "head" }}
  end,
}}
)";

base::Exit create(Context& context, const std::string& name) {
  const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::islower(c) || std::isdigit(c) || c == '-' || c == '_';
  });
  if (!is_name)
    throw Error(code::usage, fmt::format("\"{}\" is no name for a plugin", name))
        .because("a name is made of a to z, digits, - and _");
  const std::string folder = "plugins/" + name, path = folder + "/plugin.lua";
  const migrate::Project& project = context.project();
  if (base::file_exists(project.absolute(path)))
    throw Error(code::file_exists, path + " is there already").state("nothing was written");
  std::filesystem::create_directories(project.absolute(folder));
  base::write_file(project.absolute(path), fmt::format(fmt::runtime(plugin_template), name));
  base::write_file(project.absolute(folder + "/test.lua"), fmt::format(fmt::runtime(test_template), name));
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["path"] = path;
    context.console.json(json);
  } else {
    context.console.result(path);
    context.console.info("plugin",
                         fmt::format("next: plugins = {{ \"{0}\" }} in waxwing.lua; waxwing plugin test {0}", name));
  }
  return base::Exit::done;
}

base::Exit test(Context& context, const std::string& name) {
  const migrate::Project& project = context.project();
  const migrate::PluginSource source = migrate::find_plugin(project, name);
  const std::string path = fmt::format("plugins/{}/test.lua", name);
  if (!source.is_of_project || !base::file_exists(project.absolute(path)))
    throw Error(code::cannot_read_file, "the plugin has no tests")
        .at(path)
        .because("tests are the functions of the table that test.lua returns");
  migrate::PluginEntry entry{name, script::capabilities(), base::Map{}};
  for (const migrate::PluginEntry& each : migrate::plugin_entries(project.config()))
    if (each.name == name) entry.options = each.options;
  const auto plugin = migrate::load_plugin(project, source, entry);
  std::unique_ptr<postgres::Connection> connection;
  std::unique_ptr<migrate::HookSession> session;
  if (const auto& needs = plugin->info().needs;
      std::any_of(needs.begin(), needs.end(), [](const std::string& need) { return need.starts_with("database"); })) {
    connection = project.connect(migrate::Purpose::check);
    session = std::make_unique<migrate::HookSession>(*connection, *plugin);
  }
  const auto names = plugin->run_tests(base::read_file(project.absolute(path)), path, session.get());
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["passed"] = names;
    context.console.json(json);
  } else {
    for (const std::string& each : names)
      context.console.result(fmt::format("{} {}", context.console.mark(base::Mark::ok), each));
  }
  return base::Exit::done;
}

base::Exit run(Context& context) {
  const std::string verb = context.argument(0);
  if (verb == "new") return create(context, context.argument(1));
  if (verb == "test") return test(context, context.argument(1));
  throw Error(code::usage, fmt::format("unknown word \"{}\"{}", verb, base::did_you_mean_suffix(verb, {"new", "test"})))
      .because("usage: waxwing plugin new NAME | test NAME");
}

}  // namespace

extern const Command plugin_command;
const Command plugin_command{
    "plugin",
    "new NAME | test NAME",
    "Write a new plugin, or run the tests of one.",
    2,
    2,
    {},
    run,
    "A plugin's tests are the functions of the table that plugins/NAME/test.lua returns. What\n"
    "they write to the database is rolled back."};

}  // namespace cli
